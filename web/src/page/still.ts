/** Milliseconds within which an answer is the doing of the press: half of what browsers grant it, as it has to be drawn too. */
const atOnce = 250;

/**
 * Keeps in its place on the screen what somebody pressed or writes in: what an answer brings in above it moves the rest of the page instead.
 * Browsers anchor the first thing that is seen (CSS Scroll Anchoring 1), which may lie above what comes. `hold` names what is to be kept where
 * nothing was pressed yet, in place of what it named before.
 *
 * What is marked `data-room`, with the name of what is in it, keeps its height when an answer makes that less, until somebody presses or writes the
 * next time: what lies below it stays where it is. Another name begins anew.
 */
export function keepStill(): { hold: (at: Element | null) => void; end: () => void } {
  /** What was acted on and what holds it, from inside out, with the place of each: what was pressed may go with the answer. */
  let held: { at: Element; top: number }[] = [];
  let acted = false;
  const place = () => { for (const one of held) one.top = one.at.getBoundingClientRect().top; };
  const act = (event: Event) => {
    // The keyboard may be led to an answer that just came. A press may follow a scrolling that was not told yet, and would take it back.
    if (event.type === 'focusin' && watched.takeRecords().length > 0) grown();
    acted = true;
    const at = event.target instanceof Element ? event.target : null;
    // Whatever is pressed on a map is moved there, and has to.
    held = !at || at.closest('weige-map, weige-sketch') ? [] : around(at);
  };
  const rooms = new WeakMap<HTMLElement, { name: string | undefined; height: number }>();
  /** What is less now is the doing of a press. */
  let pressed = false;
  let ending: ReturnType<typeof setTimeout> | undefined;
  const marked = () => document.querySelectorAll<HTMLElement>('[data-room]');
  const keepRooms = () => {
    for (const one of marked()) {
      const { dataset: { room: name }, style } = one;
      const before = rooms.get(one);
      if (before && (pressed || before.name !== name)) style.minHeight = '';
      const height = one.getBoundingClientRect().height;
      if (before && !pressed && before.name === name && height < before.height) style.minHeight = `${before.height}px`;
      else rooms.set(one, { name, height });
    }
  };
  const free = () => {
    pressed = true;
    keepRooms();
    clearTimeout(ending);
    ending = setTimeout(() => { pressed = false; }, atOnce);
  };
  const grown = () => {
    keepRooms();
    const still = held.find(({ at }) => at.isConnected);
    if (still) {
      const { top, bottom } = still.at.getBoundingClientRect();
      const moved = top - still.top;
      // Whoever scrolled away from it looks at something else.
      if (Math.abs(moved) >= 1 && still.top < innerHeight && bottom - moved > 0) roomOf(still.at).scrollBy({ top: moved, behavior: 'instant' });
    }
    place();
  };
  const watched = new MutationObserver(grown);
  watched.observe(document.body, { subtree: true, childList: true, attributes: true, characterData: true });
  const acts = ['pointerdown', 'keydown', 'focusin'] as const;
  for (const one of acts) document.addEventListener(one, act, { capture: true, passive: true });
  const scrolled = () => {
    // A page that is loaded again is scrolled to where it was: what stands on top there is looked at, as long as nothing was pressed.
    const top = !acted && scrollY > 0 ? document.elementFromPoint(innerWidth / 2, 8) : null;
    if (top) held = around(top);
    else place();
  };
  document.addEventListener('scroll', scrolled, { capture: true, passive: true }); // of rooms within the page too
  const presses = ['click', 'keydown', 'input', 'change'] as const;
  for (const one of presses) document.addEventListener(one, free, { capture: true, passive: true });
  window.addEventListener('resize', free);
  const hold = (at: Element | null) => {
    if (at && !acted) held = around(at); // an answer may take it away, and leaves what holds it
  };
  const end = () => {
    watched.disconnect();
    for (const one of acts) document.removeEventListener(one, act, { capture: true });
    for (const one of presses) document.removeEventListener(one, free, { capture: true });
    window.removeEventListener('resize', free);
    document.removeEventListener('scroll', scrolled, { capture: true });
  };
  return { hold, end };
}

/** What scrolls an element: the nearest room around it that can, or the page. */
function roomOf(at: Element): Element | Window {
  for (let room = at.parentElement; room && room !== document.body; room = room.parentElement) {
    if (room.scrollHeight > room.clientHeight && /auto|scroll/.test(getComputedStyle(room).overflowY)) return room;
  }
  return window;
}

/** An element and what holds it, from inside out, with the place of each. */
function around(at: Element): { at: Element; top: number }[] {
  const found: { at: Element; top: number }[] = [];
  for (let one: Element | null = at; one && one !== document.body && one !== document.documentElement; one = one.parentElement) found.push({ at: one, top: one.getBoundingClientRect().top });
  return found;
}
