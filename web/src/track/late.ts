import { store } from '../page/store.ts';

/** Which reports have photos that wait on this device, in the store that can be asked at once, so that their room is there from the beginning. */
const shelf = (jurisdiction: string) => `weige.late.${jurisdiction}`;

/** The tracking codes of those reports. */
export function lateCodes(jurisdiction: string): string[] {
  try {
    const found: unknown = JSON.parse(store()?.getItem(shelf(jurisdiction)) ?? '[]');
    return Array.isArray(found) ? found.filter((one) => typeof one === 'string') : [];
  } catch {
    return []; // written by something else
  }
}

export function keepLateCodes(jurisdiction: string, codes: readonly string[]): void {
  try {
    if (codes.length > 0) store()?.setItem(shelf(jurisdiction), JSON.stringify([...new Set(codes)]));
    else store()?.removeItem(shelf(jurisdiction));
  } catch {
    // Full or forbidden; they are sent all the same while this page is open.
  }
}
