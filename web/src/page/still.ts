import { keepRooms } from './rooms.ts';
import { leftBelow, roomOf, scrolledBy } from './scrolling.ts';

/** What is held in its place: where it is on the screen, and how far what holds it was scrolled then, in pixels. */
interface Held {
  at: Element;
  top: number;
  scrolled: number;
}

const acts = ['pointerdown', 'keydown', 'focusin'] as const;
const presses = ['click', 'keydown', 'input', 'change'] as const;

/**
 * Keeps in its place on the screen what somebody pressed or writes in: what an answer brings in above it moves the rest of the page instead.
 * Browsers anchor the first thing that is seen (CSS Scroll Anchoring 1), which may lie above what comes. `hold` names what is to be kept where
 * nothing was pressed yet, in place of what it named before. What becomes less below it is kept by `keepRooms`.
 */
export function keepStill(): { hold: (at: Element | null) => void; end: () => void } {
  /** What was acted on and what holds it, from inside out, with the place of each: what was pressed may go with the answer. */
  let held: Held[] = [];
  let acted = false;
  const rooms = keepRooms();
  const place = () => { for (const one of held) Object.assign(one, placeOf(one.at)); };
  const act = (event: Event) => {
    // The keyboard may be led to an answer that just came. A press may follow a scrolling that was not told yet, and would take it back.
    if (event.type === 'focusin' && watched.takeRecords().length > 0) changed();
    acted = true;
    const at = event.target instanceof Element ? event.target : null;
    // Whatever is pressed on a map is moved there, and has to.
    held = !at || at.closest('weige-map, weige-sketch') ? [] : around(at);
  };
  const changed = () => {
    rooms.keep();
    const still = held.find(({ at }) => at.isConnected);
    if (still) putBack(still);
    rooms.fit();
    place();
  };
  const scrolled = () => {
    // A page that is loaded again is scrolled to where it was: what stands on top there is looked at, as long as nothing was pressed.
    const top = !acted && scrollY > 0 ? document.elementFromPoint(innerWidth / 2, 8) : null;
    if (top) held = around(top);
    else {
      rooms.fit();
      place();
    }
  };
  const watched = new MutationObserver(changed);
  watched.observe(document.body, { subtree: true, childList: true, attributes: true, characterData: true });
  for (const one of acts) document.addEventListener(one, act, { capture: true, passive: true });
  document.addEventListener('scroll', scrolled, { capture: true, passive: true }); // of rooms within the page too
  for (const one of presses) document.addEventListener(one, rooms.free, { capture: true, passive: true });
  window.addEventListener('resize', rooms.free);
  const hold = (at: Element | null) => {
    if (at && !acted) held = around(at); // an answer may take it away, and leaves what holds it
  };
  const end = () => {
    watched.disconnect();
    for (const one of acts) document.removeEventListener(one, act, { capture: true });
    for (const one of presses) document.removeEventListener(one, rooms.free, { capture: true });
    window.removeEventListener('resize', rooms.free);
    document.removeEventListener('scroll', scrolled, { capture: true });
  };
  return { hold, end };
}

/** Scrolls so that what an answer moved is where it was. */
function putBack({ at, top: before, scrolled }: Held): void {
  const { top, bottom } = at.getBoundingClientRect();
  const moved = top - before;
  // What a scrolling moved, which is told later only, stays there, unless that is as far as a shorter page can be scrolled. Whoever scrolled away from it looks at something else.
  const byScrolling = Math.abs(moved + scrolledBy(at) - scrolled) < 1 && leftBelow(at) >= 1;
  if (!byScrolling && Math.abs(moved) >= 1 && before < innerHeight && bottom - moved > 0) roomOf(at).scrollBy({ top: moved, behavior: 'instant' });
}

/** An element and what holds it, from inside out, with the place of each. */
function around(at: Element): Held[] {
  const found: Held[] = [];
  for (let one: Element | null = at; one && one !== document.body && one !== document.documentElement; one = one.parentElement) found.push({ at: one, ...placeOf(one) });
  return found;
}

function placeOf(at: Element): Pick<Held, 'top' | 'scrolled'> {
  return { top: at.getBoundingClientRect().top, scrolled: scrolledBy(at) };
}
