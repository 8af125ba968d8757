import { html } from 'lit';
import { customElement, query, state } from 'lit/decorators.js';
import { store } from '../page/store.ts';
import { StaffElement } from '../page/staff-element.ts';

/** What a key asks for. */
export type KeyAction = 'next' | 'previous' | 'pick' | 'search' | 'help' | 'reassign';

const actions: Readonly<Record<string, KeyAction>> = { j: 'next', k: 'previous', x: 'pick', '/': 'search', '?': 'help', r: 'reassign' };

const kept = 'weige.keys';

/** What a key asks for, or undefined while somebody writes, chooses or holds a key that browsers and readers use. */
export function actionOf(event: Pick<KeyboardEvent, 'key' | 'ctrlKey' | 'metaKey' | 'altKey' | 'defaultPrevented'>, target: { tagName: string; isContentEditable?: boolean } | null): KeyAction | undefined {
  if (event.defaultPrevented || event.ctrlKey || event.metaKey || event.altKey) return undefined;
  if (target && (/^(INPUT|SELECT|TEXTAREA)$/.test(target.tagName) || target.isContentEditable)) return undefined;
  return actions[event.key];
}

/** Listens for single keys, says what they do, and can be switched off, which is kept on this device. Event: `key` {KeyAction}. */
@customElement('weige-keys')
export class Keys extends StaffElement {
  @state() private on = store()?.getItem(kept) !== 'off';
  @query('dialog') private dialog!: HTMLDialogElement;

  private readonly pressed = (event: KeyboardEvent): void => {
    const target = event.target as HTMLElement | null;
    // A box to pick with is no place to write.
    const writes = target instanceof HTMLInputElement && target.type === 'checkbox' ? null : target;
    const action = this.on ? actionOf(event, writes) : undefined;
    if (!action || this.dialog.open) return;
    event.preventDefault();
    if (action === 'help') this.show();
    else this.dispatchEvent(new CustomEvent<KeyAction>('key', { detail: action }));
  };

  override connectedCallback(): void {
    super.connectedCallback();
    document.addEventListener('keydown', this.pressed);
  }

  override disconnectedCallback(): void {
    document.removeEventListener('keydown', this.pressed);
    super.disconnectedCallback();
  }

  private show(): void {
    this.dialog.showModal();
    void this.focusOn('#keys-title'); // and not on what turns them off
  }

  private use(on: boolean): void {
    this.on = on;
    try {
      store()?.setItem(kept, on ? 'on' : 'off');
    } catch {
      // A full store: it then holds as long as the page.
    }
  }

  protected override render() {
    const { s } = this;
    const row = (keys: string[], text: string) => html`<dt>${keys.map((key) => html`<kbd>${key}</kbd> `)}</dt><dd>${text}</dd>`;
    return html`<button type="button" class="quiet" @click=${() => this.show()}>${s.keysButton}</button>
      <dialog aria-labelledby="keys-title"><h2 id="keys-title" tabindex="-1">${s.keysTitle}</h2>
        <dl class="facts">${row(['j', 'k'], s.keysNext)}${row(['Enter'], s.keysOpen)}${row(['x'], s.keysPick)}${row(['r'], s.keysReassign)}${row(['/'], s.keysSearch)}${row(['Esc'], s.keysEscape)}${row(['?'], s.keysHelp)}</dl>
        <label class="check"><input type="checkbox" .checked=${this.on} @change=${(event: Event) => this.use((event.target as HTMLInputElement).checked)}> ${s.keysOn}</label>
        <form method="dialog"><button class="primary">${s.close}</button></form></dialog>`;
  }
}

declare global {
  interface HTMLElementTagNameMap { 'weige-keys': Keys }
}
