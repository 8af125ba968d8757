import type { DeviceName } from './browser.ts';

export type Language = 'zh' | 'en';

/** The size of a screen, with the hand or the mouse that goes with it, and the language that is read on it. */
export type Pair = readonly [device: DeviceName, language: Language];

/** Whether every test runs in all pairs, as `WEIGE_PAIRS=all` says; that takes more than twice as long, and `npm run test:pairs` does it. */
export const allPairs = process.env['WEIGE_PAIRS'] === 'all';

const all: readonly Pair[] = [['phone', 'zh'], ['desktop', 'en'], ['phone', 'en'], ['desktop', 'zh']];

/**
 * The pairs that a test of something on the screen runs in: everyday those it names, two at most where nothing but words and widths differ, so that
 * the suite is not too long for every change; and all four when the environment says so. What is looked for must then come from the catalogue of the
 * language, and what was filed for one pair must not be in the way of the next, which meets the same server.
 *
 *     it.each(pairs(['phone', 'zh'], ['desktop', 'en']))('does something, on a %s in %s', async (device, language) => { … });
 */
export function pairs(...everyday: Pair[]): [DeviceName, Language][] {
  const rest = all.filter(([device, language]) => !everyday.some((one) => one[0] === device && one[1] === language));
  return [...everyday, ...(allPairs ? rest : [])].map(([device, language]) => [device, language]);
}

/**
 * The same for what there is at one size only, in each language of that size. A crosshair and picking by touch are the phone's.
 * Dragging a pin, drawing and picking by
 * the mouse, and picking and filing by keys (`weige-keys` is not shown on a phone) are the desktop's.
 */
export function pairsOn(device: DeviceName, ...everyday: Language[]): [DeviceName, Language][] {
  return pairs(...everyday.map((language) => [device, language] as const)).filter((one) => one[0] === device);
}
