import { html, nothing, type TemplateResult } from 'lit';
import type { AreaTree } from '../contract/areas.ts';
import type { AreaRef, Jurisdiction, Located } from '../contract/schemas.ts';
import { distance, said } from '../locale/format.ts';
import { locale, type Catalogue } from '../locale/locale.ts';
import type { ResidentCatalogue } from '../locale/resident.ts';
import { whoHasIt } from '../page/assignee.ts';
import { namesBeside, otherSides } from './sides.ts';

/** The chain of areas, coarse to fine, each with its level's name. */
export function chainList(t: Catalogue, areas: AreaTree, chain: readonly AreaRef[]): TemplateResult {
  const level = (code: string) => said(areas.levels.find((one) => one.level === code)?.name, locale().language);
  return html`<ol class="chain" aria-label=${t.chainLabel}>
    ${chain.map((area) => html`<li><span class="level">${level(area.level)}</span><strong>${area.name}</strong></li>`)}
  </ol>`;
}

/** Asked near an edge: `here` is answered with the pin where it stands, `there` with a code of the other side. */
export interface Sides {
  sure: boolean;
  failed: boolean;
  here(): void;
  there(code: string): void;
}

/** Which areas hold the place, who answers for it, how near the edge is, and what that means. */
export function locatedView(t: ResidentCatalogue, jurisdiction: Jurisdiction, areas: AreaTree, located: Located, sides: Sides): TemplateResult {
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
    ${nearEdge(t, areas, located, sides)}`;
}

/** Asks on which side of the edge it is: nobody else can know. */
function nearEdge(t: ResidentCatalogue, areas: AreaTree, located: Located, sides: Sides): TemplateResult | typeof nothing {
  const finest = located.chain.at(-1);
  const others = otherSides(located);
  if (!finest || others.length === 0 || sides.sure) return nothing;
  const first = others[0];
  const [own, ...names] = namesBeside(areas, [finest.code, ...others.map((one) => one.code)]);
  return html`<fieldset class="sheet notice warn sides">
    <legend>${finest.on_edge || !first ? t.sideOnEdge : t.sideNear(distance(t, first.metres))}</legend>
    <div class="side-choices">
      <button type="button" class="secondary" @click=${sides.here}><span class="swatch here" aria-hidden="true"></span>${t.sideHere(own ?? finest.name)}</button>
      ${others.map((one, at) => html`<button type="button" class="secondary" @click=${() => sides.there(one.code)}>
        <span class="swatch there" aria-hidden="true"></span>${t.sideThere(names[at] ?? one.code)}</button>`)}
    </div>
    ${sides.failed ? html`<p role="alert">${t.sideFailed}</p>` : nothing}
  </fieldset>`;
}
