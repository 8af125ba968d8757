/** Names of the map's sources. */
export const SOURCES = {
  /** Vector tiles of the boundary set in force: `areas` and `labels`. */
  boundaries: 'boundaries',
  /** Pictures under everything, where they are configured. */
  basemap: 'basemap',
  /** Reports as points. */
  reports: 'reports',
  /** Vector tiles of all open reports that the page's filters let through, close up. */
  queue: 'queue',
  /** Open reports per area, at the areas' labels. */
  counts: 'counts',
  /** What was drawn or framed to pick reports, as one area. */
  picked: 'picked',
  /** Which way reports would go: lines from where they lie to where their next owner is at home. */
  moves: 'moves',
} as const;

/** Sources that the pages fill. */
export type OverlaySource = Exclude<(typeof SOURCES)[keyof typeof SOURCES], typeof SOURCES.boundaries | typeof SOURCES.basemap | typeof SOURCES.queue>;

/** Layers in the boundary tiles, as the server names them. */
export const TILE_LAYERS = { areas: 'areas', labels: 'labels', reports: 'reports' } as const;

/** Layers that can be clicked. Counts have one layer for the level at which they are kept and one for the level above. */
export const LAYERS = { reportPoints: 'report-points', queuePoints: 'queue-points', coarseCounts: 'counts-coarse', fineCounts: 'counts-fine' } as const;

/** Layers that shade the areas of a level by their counts; they answer which area was clicked at every zoom. */
export const AREA_LAYERS = { coarse: 'shade-coarse', fine: 'shade-fine' } as const;

/** From this zoom on single reports are drawn; below it, counts per area. */
export const POINTS_FROM_ZOOM = 15;

/** From this zoom on tiles of reports do not part any further; a mark of many opens the oldest of them. */
export const QUEUE_UNTIL_ZOOM = 18;
