/** Whether somebody points with a finger, which covers what it points at. */
export function byTouch(): boolean {
  return matchMedia('(pointer: coarse)').matches;
}
