import { describe, expect, it } from 'vitest';
import { areaTree, path } from '../src/contract/areas.ts';
import type { Duty } from '../src/contract/schemas.ts';
import { onMap, withReport } from '../src/dispatch/desk.ts';
import { filtersIn, firstFilters, isFiltered, noFilters, sameList, searchWith } from '../src/dispatch/filters.ts';
import { areaChoices, dayIn, dutiesIn, holds, personsOf } from '../src/dispatch/people.ts';
import { catalogues } from '../src/locale/locale.ts';
import { jurisdictionIn, pageAddress } from '../src/page/settings.ts';
import { draftOf, emptyDraft, formField, length, problems, reportInput, type Draft } from '../src/report/draft.ts';
import { areasToChoose } from '../src/report/choice.ts';
import { namesBeside } from '../src/report/sides.ts';
import { codeIn, tidyCode } from '../src/track/code.ts';

const full: Draft = { place: { lon: 119.46, lat: 32.21, accuracy: 8 }, address: '', service: 'lamp', words: '路灯不亮', shared: false, answers: { pole: ['LD-0123'] }, photos: [], key: 'key-of-draft' };

describe('draft', () => {
  it('comes back as it was kept, with its key', () => {
    expect(draftOf(structuredClone(full))).toEqual(full);
  });

  it.each([undefined, null, 5, [], { key: 'short' }, { key: 5 }])('is empty when what is kept is %j', (kept) => {
    expect(draftOf(kept, () => emptyDraft('fresh-key'))).toEqual(emptyDraft('fresh-key'));
  });

  it('drops a place and photos that are none', () => {
    expect(draftOf({ ...full, place: { lon: 'x', lat: 1, accuracy: 1 }, photos: [{ blob: 'x' }, undefined, { blob: new Blob(['x']) }] })).toEqual({ ...full, place: undefined, photos: [{ blob: new Blob(['x']) }] });
  });

  it('names what is missing in the order of the form', () => {
    expect(problems(catalogues.en, emptyDraft('k'), {}).map((one) => one.field)).toEqual(['place', 'service_code', 'description']);
    expect(problems(catalogues.en, full, {})).toEqual([]);
  });

  it.each([
    [{ email: 'a@b.cn' }, []], [{ email: 'a@b' }, ['contact.email']], [{ email: '@b.cn' }, ['contact.email']], [{ email: 'a b@c.cn' }, ['contact.email']],
    [{ phone: '0511 8888 0000' }, []], [{ phone: 'call me' }, ['contact.phone']], [{ phone: '  ', email: ' ' }, []],
  ])('looks at contact %j', (contact, fields) => {
    expect(problems(catalogues.zh, full, contact).map((one) => one.field)).toEqual(fields);
  });

  it('counts characters, not code units', () => {
    expect(length(' 𠮷野家 ')).toBe(3);
    expect(problems(catalogues.en, { ...full, words: '灯'.repeat(500) }, {})).toEqual([]);
    expect(problems(catalogues.en, { ...full, words: '灯'.repeat(501) }, {}).map((one) => one.field)).toEqual(['description']);
  });

  it('asks for no contact where none was given', () => {
    const place = { lon: 119.460000049, lat: 32.21, accuracy: 8 };
    expect(reportInput(full, place, { name: ' ', phone: '' }, 'zh')).toEqual({
      service_code: 'lamp', lon: 119.46, lat: 32.21, datum: 'WGS84', accuracy: 8, description: '路灯不亮', locale: 'zh' });
    expect(reportInput({ ...full, shared: true }, place, {}, 'zh').public_words).toBe(true);
    expect(draftOf({ ...full, shared: 'yes' }).shared).toBe(false);
    expect(reportInput(full, place, { phone: ' 123 ' }, 'en').contact).toEqual({ phone: '123' });
  });

  it('is filed by an address where there is no place, and never by both', () => {
    const written = { ...full, place: undefined, address: '不存在的路一百号' };
    expect(problems(catalogues.en, written, {})).toEqual([]);
    expect(reportInput(written, undefined, {}, 'zh')).toEqual({ service_code: 'lamp', address: '不存在的路一百号', description: '路灯不亮', locale: 'zh' });
    expect(draftOf(written).address).toBe('不存在的路一百号');
    expect(draftOf({ ...written, place: full.place }).address).toBe('');
  });

  it('finds the field that the server means', () => {
    expect(['lon', 'datum', 'description', 'contact.email', 'contact', 'Idempotency-Key', undefined].map(formField))
      .toEqual(['place', 'place', 'description', 'contact.email', 'contact.name', undefined, undefined]);
  });
});

describe('tracking code', () => {
  it.each([['#ABCD-EFGH', 'ABCD-EFGH'], ['#%20AB%20CD', 'ABCD'], ['#%', ''], ['', ''], ['#ＡＢ１２', 'AB12'],
    ['#查询码：K9B7G-2MX4Q-0001Z-ABCDE。', 'K9B7G-2MX4Q-0001Z-ABCDE'], ['#track k9b7g-2mx4q-0001z-abcde now', 'k9b7g-2mx4q-0001z-abcde'], ['#code: K9B7G 2MX4Q 0001Z ABCDE', 'K9B7G2MX4Q0001ZABCDE']])('in %s', (hash, code) => {
    expect(codeIn(hash)).toBe(code);
  });
  it('is bounded', () => {
    expect(tidyCode('x'.repeat(1000))).toHaveLength(64);
  });
});

describe('filters', () => {
  it('survive the address, beside the jurisdiction', () => {
    const filters = { area: '321102001', assignee: 'queue', status: 'received', service: 'light', late: 'yes', report: 'r1' } as const;
    const search = searchWith('?j=nyc', filters);
    expect(filtersIn(search)).toEqual(filters);
    expect(jurisdictionIn(search)).toBe('nyc');
    expect(searchWith(search, noFilters)).toBe('?j=nyc');
    expect(searchWith('', noFilters)).toBe('');
  });

  it('begin with what is assigned to somebody who hands nothing on', () => {
    expect(firstFilters('?j=nyc', 'me', false)).toEqual({ ...noFilters, assignee: 'me' });
    expect(firstFilters('?report=r', 'me', false)).toEqual({ ...noFilters, assignee: 'me', report: 'r' });
    expect(firstFilters('?area=1', 'me', false).assignee).toBe('');
    expect(firstFilters('', 'me', true)).toEqual(noFilters);
  });

  it('take no unknown status', () => {
    expect(filtersIn('?status=closed').status).toBe('');
  });

  it('know the open report from the list', () => {
    expect(sameList(noFilters, { ...noFilters, report: 'r' })).toBe(true);
    expect(isFiltered({ ...noFilters, report: 'r' })).toBe(false);
    expect(isFiltered({ ...noFilters, status: 'assigned' })).toBe(true);
  });
});

describe('jurisdiction', () => {
  it.each([['?j=nyc', 'nyc'], ['?j=../x', undefined], ['?j=', undefined], ['', undefined]])('in %s', (search, jurisdiction) => {
    expect(jurisdictionIn(search)).toBe(jurisdiction);
  });
  it('goes along to other pages', () => {
    expect(pageAddress('/track/', '?j=nyc&area=1', 'CODE')).toBe('/track/?j=nyc#CODE');
    expect(pageAddress('/', '')).toBe('/');
  });
});

describe('people', () => {
  const duties: Duty[] = [
    { area: '11', role: 'leader', person: 'p1', name: '第一网格网格长', deputies: ['p2', 'p9'], away: [{ from: '2026-03-01', to: '2026-03-02' }] },
    { area: '11', role: 'leader', person: 'p3', name: '丙', deputies: ['p1'] },
    { area: '12', role: 'leader', person: 'p2', name: '乙' },
  ];

  it('are those of the area, each once, deputies last, with whoever is away', () => {
    expect(personsOf(duties, '11', '2026-03-02')).toEqual([
      { person: 'p1', name: '第一网格网格长', deputy: false, away: true }, { person: 'p3', name: '丙', deputy: false, away: false },
      { person: 'p2', name: '乙', deputy: true, away: false }, { person: 'p9', name: 'p9', deputy: true, away: false }]);
    expect(personsOf(duties, '11', '2026-03-03')[0]?.away).toBe(false);
    expect(personsOf(duties, 'none', '2026-03-03')).toEqual([]);
  });

  it('live by the day of the jurisdiction', () => {
    expect(dayIn('Asia/Shanghai', new Date('2026-03-01T17:00:00Z'))).toBe('2026-03-02');
  });

  const areas = areaTree([
    { properties: { level: 'c', code: '1', name: 'A', label: [0, 0] } }, { properties: { level: 'c', code: '2', name: 'B', label: [0, 0] } },
    { properties: { level: 'g', code: '11', name: 'Aa', parent: '1', label: [0, 0] } }, { properties: { level: 'g', code: '21', name: 'Ba', parent: '2', label: [0, 0] } }], undefined);

  it('hold what their grants say', () => {
    expect(dutiesIn(['member@demo:11'], 'demo')).toEqual({ reassigns: false, areas: ['11'], works: true });
    expect(dutiesIn(['member@demo:11', 'dispatcher@demo'], 'demo')).toEqual({ reassigns: true, areas: undefined, works: true });
    expect(dutiesIn(['administrator@*'], 'demo')).toEqual({ reassigns: true, areas: undefined, works: true });
    expect(dutiesIn(['editor@demo'], 'demo')).toEqual({ reassigns: false, areas: [], works: false });
    expect(dutiesIn(['a grant of another kind'], 'demo').works).toBe(true);
    expect(dutiesIn(['dispatcher@elsewhere'], 'demo').works).toBe(false);
    expect(dutiesIn(undefined, 'demo').reassigns).toBe(true);
    const duty = dutiesIn(['dispatcher@demo:1'], 'demo');
    expect(['1', '11', '2', '21', 'gone'].map((code) => holds(duty, areas, code))).toEqual([true, true, false, false, false]);
  });

  it('choose among areas in their order, with the coarse ones as groups', () => {
    expect(areaChoices(areas, (code) => code !== '1').map(({ group, choices }) => [group.code, choices.map(({ area, name }) => `${area.code}/${name}`)]))
      .toEqual([['1', [`11/${areas.name('11')}`]], ['2', [`2/${areas.name('2')}`, `21/${areas.name('21')}`]]]);
  });
});

describe('areas to choose', () => {
  const feature = (level: string, code: string, parent?: string) => ({ properties: { level, code, name: code, label: [0, 0], ...(parent ? { parent } : {}) } });
  const codes = (list: readonly { code: string }[]) => list.map((one) => one.code);

  it('are named as far as one can be told from another', () => {
    const named = (level: string, code: string, parent?: string) => ({ properties: { ...feature(level, code, parent).properties, name: level + code } });
    const areas = areaTree([named('c', '1'), named('g', '11', '1'), named('g', '12', '1'), named('m', '111', '11'), named('m', '112', '11'), named('m', '121', '12')], undefined);
    expect(namesBeside(areas, ['111', '112'])).toEqual(['g11\u00a0› m111', 'g11\u00a0› m112']);
    expect(namesBeside(areas, ['111', '112', '121'])).toEqual(['g11\u00a0› m111', 'g11\u00a0› m112', 'g12\u00a0› m121']);
    expect(namesBeside(areas, ['111', '11', 'gone'])).toEqual(['c1\u00a0› g11\u00a0› m111', 'c1\u00a0› g11', 'gone']);
  });

  it('are the children of what was chosen above', () => {
    const areas = areaTree([feature('c', '1'), feature('c', '2'), feature('g', '11', '1'), feature('g', '21', '2')], undefined);
    expect(codes(areasToChoose(areas, [], 0))).toEqual(['1', '2']);
    expect(codes(areasToChoose(areas, [], 1))).toEqual([]);
    expect(codes(areasToChoose(areas, ['2'], 1))).toEqual(['21']);
  });

  it('begin below a level of one area', () => {
    const areas = areaTree([feature('s', '0'), feature('c', '1', '0'), feature('c', '2', '0'), feature('g', '11', '1')], undefined);
    expect(codes(areasToChoose(areas, [], 0))).toEqual([]);
    expect(codes(areasToChoose(areas, [], 1))).toEqual(['1', '2']);
    expect(codes(areasToChoose(areas, ['', '1'], 2))).toEqual(['11']);
    expect(codes(areasToChoose(areaTree([feature('s', '0')], undefined), [], 0))).toEqual(['0']);
  });
});

describe('the list', () => {
  const item = (report: string) => ({ report, version: 1, status: 'assigned' as const, service_code: 's', filed_at: '', lon: 0, lat: 0, chain: [], assignee: { kind: 'person' as const, because: 'duty' as const }, boundary_set: '' });

  it('shows a report as it is now, and nothing that was not listed', () => {
    const now = { ...item('b'), version: 2, status: 'received' as const };
    expect(withReport([item('a'), item('b')], now).map((one) => one.version)).toEqual([1, 2]);
    expect(withReport([item('a')], now)).toEqual([item('a')]);
  });

  it('leaves out names that the next one repeats', () => {
    expect(path(['第五网格', '第五网格微网格03'])).toBe('第五网格微网格03');
    expect(path(['Manhattan', 'District 5'])).toBe('Manhattan\u00a0› District 5');
  });

  it('and the map show the open report once', () => {
    expect(onMap([item('a')], item('a'))).toHaveLength(1);
    expect(onMap([item('a')], item('b')).map((one) => one.report)).toEqual(['a', 'b']);
    expect(onMap([item('a')], undefined)).toHaveLength(1);
  });
});
