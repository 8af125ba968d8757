import { describe, expect, it } from 'vitest';
import type { FileFault } from '../src/contract/schemas.ts';
import { faultCounts } from '../src/edit/fault-list.ts';
import { remaining, toAccept, type Remaining } from '../src/edit/remaining.ts';
import { editorCatalogues } from '../src/locale/editor.ts';

describe('what is wrong with a version before it is published', () => {
  const fault = (kind: string, size?: number, unit = 'm2'): FileFault => ({ kind, message: '', ...(size === undefined ? {} : { size, unit }) });
  const lost = (level: string, code: string, size: number): FileFault => ({ ...fault('ground_lost', size), level, code });
  const kinds = (left: Remaining) => left.faults.map((one) => one.kind);

  it('is nothing where there are neither faults nor ground that somebody loses to nobody', () => {
    const left = remaining({}, {});
    expect(left).toEqual({ faults: [], nobodys: 0 });
    expect(toAccept(left)).toBe(false);
  });

  it('is not what was put right as the file was read', () => {
    expect(toAccept(remaining({ warnings: [fault('repeated_point'), fault('wrong_orientation')] }))).toBe(false);
    expect(kinds(remaining({ warnings: [fault('repeated_point'), fault('gap', 12)] }, { faults: [] }))).toEqual(['gap']);
  });

  it('is what it has against the version in force now, not against the one when it was stored', () => {
    const warnings = [lost('street', 's', 48_600), fault('shifted', 500, 'm'), fault('beside', 57, 'm'), fault('far_away', 9000, 'm'), fault('overlap', 3)];
    const inForce = remaining({ warnings });
    expect(kinds(inForce)).toEqual(['overlap']);
    expect(inForce.nobodys).toBe(0);
    const left = remaining({ warnings }, { faults: [lost('street', 't', 700)] });
    expect(left.faults.map((one) => one.code ?? one.kind)).toEqual(['overlap', 't']);
    expect(left.nobodys).toBe(700);
    expect(kinds(remaining({}, { faults: [fault('beside', 57, 'm')] }))).toEqual(['beside']);
    expect(toAccept(remaining({}, { faults: [fault('beside', 57, 'm')] }))).toBe(true);
  });

  it('is ground counted once, though an area goes with the areas below it', () => {
    const left = remaining({}, { faults: [lost('street', 's', 48_600), lost('grid', 'g1', 28_600), lost('grid', 'g2', 20_001), fault('beside', 90_000, 'm')] });
    expect(left.nobodys).toBe(48_601);
    expect(toAccept(left)).toBe(true);
  });

  it('is said by kind, with the ground of each', () => {
    const faults = [fault('gap', 6289.11), fault('overlap', 20), fault('overlap', 30), fault('t_junction', 0.02, 'm')];
    expect(faultCounts(editorCatalogues.en, 'en', faults)).toBe('Overlap: 2 (50 m²), Gap: 1 (0.63 ha), Shared point missing: 1');
    expect(faultCounts(editorCatalogues.zh, 'zh-CN', faults)).toBe('重叠 2 处（50 平方米），空隙 1 处（0.63 公顷），缺了共用的点 1 处');
  });
});
