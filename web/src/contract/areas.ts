import type { Text } from './schemas.ts';

/** A position: longitude and latitude in degrees, WGS 84. */
export type Position = [number, number];

export interface Area {
  level: string;
  code: string;
  name: string;
  parent: string | undefined;
  /** A point inside the area where its name can stand. */
  label: Position;
}

export interface Level {
  level: string;
  name: Text;
}

/** The areas of a boundary set without their geometry: who is whose child, and what a code is called. */
export interface AreaTree {
  /** Coarse to fine. */
  levels: readonly Level[];
  area(code: string): Area | undefined;
  /** The name of an area, or its code when the set does not have it. */
  name(code: string): string;
  /** Areas of a level (its position, coarse to fine), only those below `parent` if one is given. */
  of(level: number, parent?: string): readonly Area[];
  /** An area and those that hold it, coarse to fine. */
  chain(code: string): readonly Area[];
  readonly size: number;
}

/** Names of areas from coarse to fine, without those that the next one begins with. */
export function path(names: readonly string[]): string {
  return names.filter((name, at) => !names[at + 1]?.startsWith(name)).join('\u00a0› ');
}

interface Feature {
  properties?: unknown;
}

/** Builds the tree from the features of `getBoundaryAreas?geometry=false`. Levels that the jurisdiction does not name keep their code. */
export function areaTree(features: readonly Feature[], named: readonly Level[] | undefined): AreaTree {
  const byCode = new Map<string, Area>();
  const levels: Level[] = [];
  const members: Area[][] = [];
  for (const feature of features) {
    const area = areaOf(feature.properties);
    if (!area) continue;
    byCode.set(area.code, area);
    let at = levels.findIndex((one) => one.level === area.level);
    if (at < 0) {
      at = levels.length;
      levels.push(named?.find((one) => one.level === area.level) ?? { level: area.level, name: { zh: area.level, en: area.level } });
    }
    (members[at] ??= []).push(area);
  }
  const { compare } = new Intl.Collator('en', { numeric: true });
  for (const list of members) list.sort((a, b) => compare(a.code, b.code));
  const chain = (code: string): Area[] => {
    const list: Area[] = [];
    // The length bounds the walk even if a set should name a parent of itself.
    for (let area = byCode.get(code); area && list.length < levels.length; area = area.parent ? byCode.get(area.parent) : undefined) list.unshift(area);
    return list;
  };
  return {
    levels,
    area: (code) => byCode.get(code),
    name: (code) => byCode.get(code)?.name ?? code,
    of: (level, parent) => (members[level] ?? []).filter((area) => parent === undefined || area.parent === parent),
    chain,
    size: byCode.size,
  };
}

function areaOf(properties: unknown): Area | undefined {
  const { level, code, name, parent, label } = (properties ?? {}) as Record<string, unknown>;
  if (typeof code !== 'string' || typeof level !== 'string' || !isPosition(label)) return undefined;
  return { level, code, name: typeof name === 'string' && name ? name : code, parent: typeof parent === 'string' ? parent : undefined, label: [label[0], label[1]] };
}

function isPosition(value: unknown): value is Position {
  return Array.isArray(value) && value.length === 2 && value.every((one) => typeof one === 'number' && Number.isFinite(one));
}
