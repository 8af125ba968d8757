import { html, nothing, type ReactiveController, type ReactiveControllerHost, type TemplateResult } from 'lit';
import type { Position } from '../contract/areas.ts';
import type { QueueItem, Reassignment } from '../contract/schemas.ts';
import type { DrawingWay } from '../map/drawing.ts';
import type { MapElement } from '../map/element.ts';
import { lineShapes, noShapes, ringShape, type ShapeCollection } from '../map/features.ts';
import type { StaffCatalogue } from '../locale/staff.ts';
import { areaToggled, isEmpty, isPicked, mostReports, nothingPicked, ringAround, thinned, toggled, type Picked } from './picked.ts';

/** What a click or a drag on the map does now. */
export type Tool = DrawingWay | 'areas';

/** The most corners of a drawn line that are sent: the server takes twice as many. */
const mostCorners = 1000;

/** What the page has picked, and how it is being picked; list and map show the same. */
export class Picking implements ReactiveController {
  picked: Picked = nothingPicked;
  tool: Tool | undefined;
  /** The picked are being handed on. */
  handing = false;
  shape: ShapeCollection = noShapes;
  moves: ShapeCollection = noShapes;
  areas: readonly string[] = [];
  /** The last change of many that whoever sits here confirmed, as long as it is worth looking at. */
  latest: Reassignment | undefined;
  private readonly host: ReactiveControllerHost;
  private readonly map: () => MapElement | null;

  constructor(host: ReactiveControllerHost, map: () => MapElement | null) {
    this.host = host;
    this.map = map;
    host.addController(this);
  }

  hostConnected(): void {
    // Nothing is begun with the page; what is needed comes with the first pick.
  }

  take(picked: Picked): void {
    this.picked = picked;
    this.shape = picked.by === 'ring' ? ringShape(picked.ring) : noShapes;
    this.areas = picked.by === 'areas' ? [...picked.areas] : [];
    if (isEmpty(picked)) this.handing = false;
    this.host.requestUpdate();
  }

  clear(): void {
    this.stop();
    this.take(nothingPicked);
  }

  toggle(item: QueueItem, listed: readonly QueueItem[]): void {
    this.take(toggled(this.picked, item, listed));
  }

  toggleArea(code: string): void {
    this.take(areaToggled(this.picked, code));
  }

  all(listed: readonly QueueItem[]): void {
    this.take({ by: 'reports', reports: new Set(listed.map((one) => one.report)) });
  }

  /** Takes all that lies in what the map shows. */
  inView(): void {
    this.stop();
    const bounds = this.map()?.bounds;
    if (bounds) this.take({ by: 'ring', ring: ringAround(bounds) });
  }

  use(tool: Tool): void {
    const again = this.tool === tool;
    this.stop();
    if (again) return;
    this.tool = tool;
    this.host.requestUpdate();
    if (tool !== 'areas') void this.map()?.draw(tool, (ring: Position[]) => {
      this.tool = undefined;
      this.take({ by: 'ring', ring: thinned(ring, mostCorners) });
    });
  }

  stop(): void {
    this.tool = undefined;
    this.map()?.stopDrawing();
    this.host.requestUpdate();
  }

  hand(on: boolean): void {
    this.handing = on && !isEmpty(this.picked) && !this.tooMany;
    // Fetched when it is needed: the element draws itself once its program is there.
    if (this.handing) void import('./bulk.ts').catch(() => { this.handing = false; this.host.requestUpdate(); });
    if (!this.handing) this.moves = noShapes;
    this.host.requestUpdate();
  }

  /** Remembers a change, so that it is found again after its panel was closed or the page was opened anew. */
  remember(latest: Reassignment | undefined): void {
    this.latest = latest;
    this.host.requestUpdate();
  }

  /** Goes to the last change, with how far it is and its undo. */
  look(): void {
    this.handing = true;
    void import('./bulk.ts').catch(() => { this.handing = false; this.host.requestUpdate(); });
    this.host.requestUpdate();
  }

  lines(lines: readonly (readonly [Position, Position])[]): void {
    this.moves = lines.length > 0 ? lineShapes(lines) : noShapes;
    this.host.requestUpdate();
    if (lines.length === 0) return;
    const [lons, lats] = [lines.flat().map(([lon]) => lon), lines.flat().map(([, lat]) => lat)];
    // The panel has just taken a part of the map; both ends of every line are to be seen.
    requestAnimationFrame(() => this.map()?.reveal([Math.min(...lons), Math.min(...lats), Math.max(...lons), Math.max(...lats)]));
  }

  get tooMany(): boolean {
    return this.picked.by === 'reports' && this.picked.reports.size > mostReports;
  }

  get empty(): boolean {
    return isEmpty(this.picked);
  }

  /** What is picked, in words. */
  words(s: StaffCatalogue, listed: readonly QueueItem[]): string {
    const count = String(listed.filter((one) => isPicked(this.picked, one)).length);
    const { picked } = this;
    if (picked.by === 'reports') return s.pickedReports(String(picked.reports.size));
    return picked.by === 'areas' ? s.pickedAreas(String(picked.areas.size), count) : s.pickedRing(count);
  }

  /** Buttons over the map. */
  tools(s: StaffCatalogue): TemplateResult {
    const button = (tool: Tool, text: string) => html`<button type="button" aria-pressed=${this.tool === tool ? 'true' : 'false'} @click=${() => this.use(tool)}>${text}</button>`;
    const hint = this.tool && { lasso: s.pickLassoHint, polygon: s.pickPolygonHint, areas: s.pickAreasHint }[this.tool];
    return html`<div class="map-tools"><div role="group" aria-label=${s.pickTools}>
      ${button('lasso', s.pickLasso)}${button('polygon', s.pickPolygon)}${button('areas', s.pickAreas)}<button type="button" @click=${() => this.inView()}>${s.pickView}</button></div>
      ${hint ? html`<p role="status">${hint}</p>` : nothing}</div>`;
  }

  /** What is picked, and what can be done with it; nothing while nothing is. */
  bar(s: StaffCatalogue, listed: readonly QueueItem[]): TemplateResult | typeof nothing {
    const { latest } = this;
    if (this.empty) return !latest || this.handing ? nothing : html`<div class="picked-bar" role="group" aria-label=${s.bulkTitle}><p role="status">${s.bulkMine(String(latest.reports))}</p>
      <button type="button" class="primary" @click=${() => this.look()}>${s.bulkLook}</button>
      <button type="button" class="quiet" @click=${() => this.remember(undefined)}>${s.bulkDismiss}</button></div>`;
    return html`<div class="picked-bar" role="group" aria-label=${s.bulkTitle}><p role="status">${this.tooMany ? s.pickedTooMany(String(mostReports)) : this.words(s, listed)}</p>
      <button type="button" class="primary" ?disabled=${this.tooMany} @click=${() => this.hand(true)}>${s.pickedMove}</button>
      <button type="button" class="quiet" @click=${() => this.clear()}>${s.pickClear}</button></div>`;
  }
}
