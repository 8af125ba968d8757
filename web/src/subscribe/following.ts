import { html, nothing } from 'lit';
import { customElement, property } from 'lit/decorators.js';
import { followTexts } from '../locale/follow.ts';
import { PageElement } from '../page/element.ts';
import { pageAddress, type Setting } from '../page/settings.ts';
import './follow.ts';

/** Lets whoever has the code of a report ask to be told of it, and leads to where areas are followed. */
@customElement('weige-following')
export class Following extends PageElement {
  @property({ attribute: false }) setting!: Setting;
  @property({ attribute: false }) code = '';

  protected override render() {
    const f = followTexts();
    return html`<p><a href=${pageAddress('/subscribe/', location.search)}>${f.followArea}</a></p>
      ${this.code ? html`<details class="card"><summary>${f.followReport}</summary>
        <weige-follow .setting=${this.setting} .what=${{ code: this.code }}></weige-follow></details>` : nothing}`;
  }
}

declare global {
  interface HTMLElementTagNameMap { 'weige-following': Following }
}
