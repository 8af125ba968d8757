// Drawing on the map. Fetched when somebody begins to draw, which residents never do.
import type { Map as MapLibre } from 'maplibre-gl';
import { TerraDraw, TerraDrawFreehandMode, TerraDrawPolygonMode } from 'terra-draw';
import { TerraDrawMapLibreGLAdapter } from 'terra-draw-maplibre-gl-adapter';
import type { Position } from '../contract/areas.ts';
import { rounded } from './features.ts';
import { INK } from './style.ts';

/** How a line is drawn: by dragging around, or corner by corner. */
export type DrawingWay = 'lasso' | 'polygon';

const modes: Record<DrawingWay, string> = { lasso: 'freehand', polygon: 'polygon' };

/** Lets somebody draw one ring and gives it, closed and rounded to 1e-7 degree. The drawing stays until `stop`. */
export class Drawing {
  private readonly draw: TerraDraw;

  constructor(map: MapLibre, way: DrawingWay, drawn: (ring: Position[]) => void) {
    const ink = INK.selected;
    const styles = { fillColor: ink, fillOpacity: 0.14, outlineColor: ink, outlineWidth: 3, closingPointColor: INK.paper, closingPointOutlineColor: ink, closingPointOutlineWidth: 3, closingPointWidth: 7 } as const;
    this.draw = new TerraDraw({
      adapter: new TerraDrawMapLibreGLAdapter({ map, coordinatePrecision: 7 }),
      modes: [
        new TerraDrawFreehandMode({ styles, minDistance: 8, drawInteraction: 'click-drag', autoClose: true, smoothing: 0 }),
        new TerraDrawPolygonMode({ styles }),
      ],
    });
    this.draw.start();
    this.draw.setMode(modes[way]);
    this.draw.on('finish', (id) => {
      const shape = this.draw.getSnapshotFeature(id)?.geometry;
      if (shape?.type !== 'Polygon') return;
      drawn((shape.coordinates[0] ?? []).map(([lon = 0, lat = 0]): Position => [rounded(lon), rounded(lat)]));
    });
  }

  stop(): void {
    this.draw.stop();
  }
}
