import { html, nothing, type TemplateResult } from 'lit';
import type { AreaTree } from '../contract/areas.ts';
import type { AreaRef, Jurisdiction, Located } from '../contract/schemas.ts';
import { distance, said } from '../locale/format.ts';
import { locale, type Catalogue } from '../locale/locale.ts';
import { whoHasIt } from '../page/assignee.ts';

/** The chain of areas, coarse to fine, each with its level's name. */
export function chainList(t: Catalogue, areas: AreaTree, chain: readonly AreaRef[]): TemplateResult {
  const level = (code: string) => said(areas.levels.find((one) => one.level === code)?.name, locale().language);
  return html`<ol class="chain" aria-label=${t.chainLabel}>
    ${chain.map((area) => html`<li><span class="level">${level(area.level)}</span><strong>${area.name}</strong></li>`)}
  </ol>`;
}

/** Which areas hold the place, who answers for it, how near the edge is, and what that means. */
export function locatedView(t: Catalogue, jurisdiction: Jurisdiction, areas: AreaTree, located: Located): TemplateResult {
  const { language } = locale();
  const queue = said(jurisdiction.queue, language);
  if (!located.inside) {
    const near = located.nearest;
    return html`<div class="notice warn outside">
      <p><strong>${t.outside}</strong> ${near?.code ? t.outsideNearest(distance(t, near.metres), areas.chain(near.code).slice(-2).map((area) => area.name).join(' ') || near.name) : nothing}</p>
      <p>${t.outsideNote(queue)}</p>
    </div>`;
  }
  const answers = located.answers;
  const finest = located.chain.at(-1);
  return html`
    ${chainList(t, areas, located.chain)}
    ${answers ? html`<p class="answers">${answers.queue ? t.answersQueue(queue) : t.answersHere(whoHasIt(t, answers))}</p>` : nothing}
    ${finest ? html`<p class="hint">${t.edgeAndVersion(distance(t, finest.edge_metres), located.proof.boundary_set.slice(0, 8))}</p>` : nothing}
    ${nearEdge(t, areas, located)}`;
}

/** Says that the place may belong to a neighbour: the finest level decides, because its person gets the report. */
function nearEdge(t: Catalogue, areas: AreaTree, located: Located): TemplateResult | typeof nothing {
  const finest = located.chain.at(-1);
  const neighbour = finest?.neighbours?.[0];
  if (!finest || (!finest.on_edge && !neighbour)) return nothing;
  const name = neighbour ? nameBeside(areas, neighbour.code, located) : finest.name;
  const text = finest.on_edge || !neighbour ? t.onBorder(name) : t.nearNeighbour(distance(t, neighbour.metres), name);
  return html`<p class="notice warn near">${text}</p>`;
}

/** A neighbour's name with those of the areas that hold it and not the place: "second micro-grid" alone would not tell which. */
function nameBeside(areas: AreaTree, code: string, located: Located): string {
  const held = new Set(located.chain.map((area) => area.code));
  const names = areas.chain(code).filter((area) => !held.has(area.code)).map((area) => area.name);
  return names.length > 0 ? names.join(' ') : areas.name(code);
}
