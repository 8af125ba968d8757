import type { Areas, BoundarySet, Edited } from '../contract/schemas.ts';
import { Register, type AreaCollection, type AreaFeature, type Named } from './shapes.ts';

/** An area as the server gives it, without its outline where that was not asked for or is larger than an answer may be; then `points` says by how many. */
interface Given extends Named {
  geometry: AreaFeature['geometry'] | null;
}

/** What the map has to leave out of a base: areas that are drawn otherwise or gone, and those that are drawn otherwise in a way that is not here. */
export interface LeftOut {
  drawn: readonly string[];
  stale: readonly string[];
}

/**
 * A drawing as far as a page needs it: all areas by name, and the outlines of those that differ from its base, on the levels that are looked at, and
 * of those that are worked on. Everything else is shown by the tiles of the base. It does not change; what is made of it is another one.
 */
export class DrawnAreas {
  readonly listed: readonly Named[];
  readonly register: Register;
  /** The areas to be drawn above the base. */
  readonly overlay: AreaCollection;
  readonly leftOut: LeftOut;
  readonly base: BoundarySet;
  private readonly outlines: ReadonlyMap<string, AreaFeature>;
  private readonly differing: ReadonlySet<string>;
  private readonly gone: ReadonlySet<string>;
  /** Areas whose outline is larger than an answer may be, by the number of its points. */
  private readonly large: ReadonlyMap<string, number>;

  private constructor(from: Pick<DrawnAreas, 'listed' | 'register' | 'base'> & { outlines: ReadonlyMap<string, AreaFeature>; differing: ReadonlySet<string>; gone: ReadonlySet<string>; large: ReadonlyMap<string, number> }) {
    ({ listed: this.listed, register: this.register, base: this.base, outlines: this.outlines, differing: this.differing, gone: this.gone, large: this.large } = from);
    const here: AreaFeature[] = [];
    const stale: string[] = [];
    for (const code of this.differing) {
      const outline = this.outlines.get(code);
      if (outline) here.push(outline);
      else stale.push(code);
    }
    this.overlay = { type: 'FeatureCollection', features: here };
    this.leftOut = { drawn: [...here.map((one) => one.properties.code), ...this.gone].sort(), stale: stale.sort() };
  }

  /** Of the set it began from, and the list of its areas. */
  static of(base: BoundarySet, list: Areas): DrawnAreas {
    const listed = list.features as unknown as (Named & { properties: { changed?: boolean } })[];
    const differing = new Set(listed.filter((one) => one.properties.changed).map((one) => one.properties.code));
    return new DrawnAreas({ listed, register: new Register({ features: listed }), base, outlines: new Map(), differing, gone: new Set(list.removed), large: new Map() });
  }

  /** After an edit. */
  after({ removed, changed }: Pick<Edited, 'removed' | 'changed'>): DrawnAreas {
    const given = changed as unknown as Given[];
    const codes = new Set(given.map((one) => one.properties.code));
    const differing = new Set([...this.differing, ...codes]);
    const gone = new Set([...this.gone, ...removed]);
    const outlines = new Map(this.outlines);
    for (const code of removed) {
      differing.delete(code);
      outlines.delete(code);
    }
    for (const code of codes) {
      gone.delete(code);
      outlines.delete(code);
    }
    const kept = removed.length === 0 && given.every(({ properties: { code, name, parent } }) => {
      const was = this.register.area(code)?.properties;
      return was?.name === name && was.parent === parent;
    });
    const listed = kept ? this.listed : [...this.listed.filter((one) => !codes.has(one.properties.code) && !removed.includes(one.properties.code)), ...given.map(({ properties }) => ({ properties }))];
    const { base, large } = this;
    return new DrawnAreas({ listed, register: kept ? this.register : new Register({ features: listed }), base, outlines, differing, gone, large }).with({ features: changed });
  }

  /** With outlines that were asked for. */
  with(areas: Pick<Areas, 'features'>): DrawnAreas {
    const outlines = new Map(this.outlines);
    const large = new Map(this.large);
    for (const one of areas.features as unknown as Given[]) {
      const { code, points } = one.properties as Given['properties'] & { points?: number };
      if (one.geometry) outlines.set(code, one as AreaFeature);
      else if (points) large.set(code, points);
    }
    return new DrawnAreas({ ...this.parts, outlines, large });
  }

  /** Without the outlines that are neither drawn above the base nor among some. */
  only(codes: ReadonlySet<string>): DrawnAreas {
    const outlines = new Map([...this.outlines].filter(([code]) => this.differing.has(code) || codes.has(code)));
    return outlines.size === this.outlines.size ? this : new DrawnAreas({ ...this.parts, outlines });
  }

  private get parts() {
    const { listed, register, base, outlines, differing, gone, large } = this;
    return { listed, register, base, outlines, differing, gone, large };
  }

  /** The levels, coarse to fine. */
  get levels(): readonly string[] {
    return this.base.levels;
  }

  /** The outline of an area, if it is here. */
  outline(code: string): AreaFeature | undefined {
    return this.outlines.get(code);
  }

  /** All outlines of a level that are here. */
  outlinesOf(level: string): AreaFeature[] {
    return [...this.outlines.values()].filter((one) => one.properties.level === level);
  }

  /** How many points the outline of an area has, where it is too large to be here. */
  tooLarge(code: string): number | undefined {
    return this.large.get(code);
  }

  /** Whether an area of a level differs from the base in a way that is not here and can be asked for. */
  lacks(level: string): boolean {
    return this.leftOut.stale.some((code) => !this.large.has(code) && this.register.area(code)?.properties.level === level);
  }
}
