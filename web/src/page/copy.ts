import { html } from 'lit';
import { customElement, property, state } from 'lit/decorators.js';
import { PageElement } from './element.ts';

/** A button that copies a text and says whether it did. */
@customElement('weige-copy')
export class CopyButton extends PageElement {
  @property({ attribute: false }) text = '';
  @state() private done: boolean | undefined;

  private async copy(): Promise<void> {
    try {
      // There is no clipboard on pages that are not secure.
      await navigator.clipboard.writeText(this.text);
      this.done = true;
    } catch {
      this.done = false;
    }
  }

  protected override render() {
    const t = this.t;
    return html`<button type="button" class="secondary" @click=${() => void this.copy()}>${t.copy}</button>
      <span role="status" class="hint">${this.done === undefined ? '' : this.done ? t.copied : t.copyFailed}</span>`;
  }
}

declare global {
  interface HTMLElementTagNameMap { 'weige-copy': CopyButton }
}
