import type { Area, AreaTree } from '../contract/areas.ts';

/**
 * The areas that can be chosen at a level, given the codes chosen so far, one per level with '' where none: the children of the area
 * chosen above; none before one is chosen there. A coarsest level of one area is no choice: its children are offered at once.
 */
export function areasToChoose(areas: AreaTree, chosen: readonly string[], level: number): readonly Area[] {
  const only = areas.of(0).length === 1 && areas.levels.length > 1 ? areas.of(0)[0]?.code : undefined;
  if (level === 0) return only === undefined ? areas.of(0) : [];
  const parent = level === 1 && only !== undefined ? only : chosen[level - 1];
  return parent ? areas.of(level, parent) : [];
}
