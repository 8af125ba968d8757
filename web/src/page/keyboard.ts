/** What something is known by where it is drawn anew. */
const names = ['id', 'data-report', 'data-step'] as const;

/**
 * Leads the keyboard on when an answer or a press takes away what it stood on: to the same thing where that was drawn anew, else to what may be
 * led to in the nearest thing around it that is still there (`tabindex="-1"`, the summary of what opens). Whoever leads it elsewhere by themselves
 * goes before. Gives what ends it.
 */
export function keepKeyboard(): () => void {
  /** What has the keyboard and what holds it, from inside out. */
  let stood: readonly Element[] = [];
  const nowhere = () => document.activeElement === null || document.activeElement === document.body;
  const lost = () => stood[0] !== undefined && !stood[0].isConnected && nowhere();
  const took = ({ target }: Event) => { if (target instanceof Element) stood = around(target); };
  // Whoever presses on nothing leaves what they stood on, which stays.
  const left = () => void setTimeout(() => { if (stood[0]?.isConnected && nowhere()) stood = []; });
  const lead = () => { if (lost()) next(stood)?.focus({ preventScroll: true }); };
  const watched = new MutationObserver(() => { if (lost()) setTimeout(lead); });
  watched.observe(document.body, { subtree: true, childList: true });
  document.addEventListener('focusin', took);
  document.addEventListener('focusout', left);
  return () => {
    watched.disconnect();
    document.removeEventListener('focusin', took);
    document.removeEventListener('focusout', left);
  };
}

function around(at: Element): Element[] {
  const found: Element[] = [];
  for (let one: Element | null = at; one && one !== document.body; one = one.parentElement) found.push(one);
  return found;
}

/** Where the keyboard goes on after what it stood on, the first of these, is gone. */
function next([gone, ...holders]: readonly Element[]): HTMLElement | undefined {
  const seen = (one: HTMLElement) => one.checkVisibility() && one.closest('weige-map, weige-sketch') === null;
  const name = names.find((one) => gone?.getAttribute(one));
  const again = name && document.querySelector<HTMLElement>(`[${name}="${CSS.escape(gone?.getAttribute(name) ?? '')}"]`);
  if (again && again.tabIndex >= 0 && seen(again)) return again;
  for (const one of holders.filter((holder) => holder.isConnected)) {
    const ways = one instanceof HTMLDetailsElement ? ':scope > summary' : '[tabindex="-1"]';
    const found = one.matches('[tabindex="-1"]') ? one as HTMLElement : [...one.querySelectorAll<HTMLElement>(ways)].find(seen);
    if (found) return found;
  }
  return undefined;
}
