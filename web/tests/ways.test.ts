import { describe, expect, it } from 'vitest';
import type { Assignee } from '../src/contract/schemas.ts';
import { doer, happened } from '../src/dispatch/history.ts';
import { codeName, missing, mayReassign, stepsFor, ways, type Case, type StepKind } from '../src/dispatch/ways.ts';
import golden from '../src/gen/ways.json';
import { catalogues } from '../src/locale/locale.ts';
import { caseworkCatalogues } from '../src/locale/casework.ts';

const leader = { kind: 'person', person: 'leader', area: 'g1', because: 'duty' } as const;
const queue = { kind: 'queue', because: 'queue' } as const;
const dispatcher = { person: 'dispatcher', dispatches: true };
const one = (status: Case['status'], more: Partial<Case> = {}): Case => ({ status, assignee: leader, due: '2026-11-26T00:00:00Z', ...more });

describe('the ways of a case', () => {
  it('have words for every step, status and reason code in both languages', () => {
    for (const s of Object.values(caseworkCatalogues)) {
      for (const [kind, way] of Object.entries(ways)) {
        if (kind !== 'reassigned') expect(s, kind).toHaveProperty(`step_${kind}`);
        for (const code of way.code) expect(codeName(s, code), code).not.toBe(code);
      }
    }
    for (const t of Object.values(catalogues)) for (const status of golden.statuses) expect(t, status).toHaveProperty(`status_${status}_short`);
  });

  it.each<[string, Case, typeof dispatcher, StepKind[]]>([
    ['a dispatcher of what is assigned', one('assigned'), dispatcher, ['accepted', 'resolved', 'returned', 'remarked', 'paused', 'corrected', 'duplicate', 'split', 'rejected']],
    ['what nobody has cannot be accepted or returned', one('received', { assignee: queue }), dispatcher, ['resolved', 'remarked', 'paused', 'corrected', 'duplicate', 'split', 'rejected']],
    ['a paused clock can only run on', one('in_progress', { paused: true }), dispatcher, ['resolved', 'returned', 'remarked', 'resumed', 'corrected', 'duplicate', 'split', 'rejected']],
    ['a split case ends with its parts', one('in_progress', { parts_open: 2 }), dispatcher, ['returned', 'remarked', 'paused', 'corrected']],
    ['a part is not divided again', one('assigned', { parent: 'whole' }), dispatcher, ['accepted', 'resolved', 'returned', 'remarked', 'paused', 'corrected', 'rejected']],
    ['what is final is not returned', one('assigned', { final: true }), dispatcher, ['accepted', 'resolved', 'remarked', 'paused', 'corrected', 'duplicate', 'split', 'rejected']],
    ['without a deadline there is nothing to pause', { ...one('assigned'), due: undefined } as unknown as Case, { person: 'leader', dispatches: false }, ['accepted', 'resolved', 'returned', 'remarked']],
    ['a check after it was resolved', one('resolved'), dispatcher, ['closed', 'reopened']],
    ['public words are taken back', one('closed', { public_words: '灯坏了' }), dispatcher, ['reopened', 'words_withdrawn']],
    ['but not by whoever has it', one('assigned', { public_words: '灯坏了' }), { person: 'leader', dispatches: false }, ['accepted', 'resolved', 'returned', 'remarked']],
    ['a closed one', one('closed'), dispatcher, ['reopened']],
    ['whoever has it', one('assigned'), { person: 'leader', dispatches: false }, ['accepted', 'resolved', 'returned', 'remarked']],
    ['somebody else', one('assigned'), { person: 'neighbour', dispatches: false }, []],
  ])('%s', (_, is, asker, steps) => {
    expect(stepsFor(is, asker)).toEqual(steps);
  });

  it('lead to somebody else by a dispatcher, or by whoever decides', () => {
    expect(mayReassign(one('resolved'), dispatcher)).toBe(false);
    expect(mayReassign(one('assigned'), dispatcher)).toBe(true);
    expect(mayReassign(one('assigned'), { person: 'leader', dispatches: false })).toBe(false);
    expect(mayReassign(one('returned'), { person: 'leader', dispatches: false })).toBe(true);
  });

  it.each<[StepKind, string, string, string, ReturnType<typeof missing>]>([
    ['accepted', '', '', '', undefined], ['accepted', '', '好', '', 'reason'], ['returned', '', '不是我们的', '', 'code'], ['returned', 'other', '', '', 'reason'],
    ['returned', 'wrong_place', '在隔壁', '', undefined], ['resolved', '', '', ' ', 'reply'], ['resolved', '', '', '已修好', undefined], ['rejected', 'abuse', '', '', 'reply'],
  ])('%s with code %j, reason %j, reply %j lacks %s', (kind, code, reason, reply, lacks) => {
    expect(missing(kind, { code, reason, reply })).toBe(lacks);
  });
});

describe('who took a step', () => {
  const s = caseworkCatalogues.en;
  const by = (kind: 'accepted' | 'reassigned' | 'rehomed' | 'part_finished' | 'late', who: string, before?: Assignee, after?: Assignee) =>
    doer({ s, who: (one) => one.name ?? '', name: (person) => ({ me: s.you, leader: 'Leader of g1' })[person] }, { kind, who, ...(before ? { before } : {}), ...(after ? { after } : {}) });
  const gone = { kind: 'person', person: 'gone', because: 'duty' } as const;
  it.each([
    [by('reassigned', 'me', leader, queue), 'you'], [by('accepted', 'leader', leader, leader), 'Leader of g1'], [by('late', 'clock'), s.byClock],
    [by('reassigned', 'someone-else', leader, queue), s.dispatcher], [by('rehomed', 'someone-else', leader, queue), s.colleague], [by('part_finished', 'leader-of-a-part', leader, leader), s.colleague],
    [by('accepted', 'gone', { ...gone, name: 'As it was called' }), 'As it was called'], [by('accepted', 'gone', gone, gone), s.colleague],
  ])('%s', (said, wanted) => {
    expect(said).toBe(wanted);
  });
});

describe('what happened to a report', () => {
  const t = catalogues.en;
  const resolved = (who: string) => happened({ t, s: caseworkCatalogues.en, who: () => 'Leader of g1' }, { kind: 'resolved', who, before: leader }, leader);
  it('was done by whoever had it, or by the dispatch desk', () => {
    expect(resolved('leader')).toBe(t.event_resolved('Leader of g1'));
    expect(resolved('dispatcher')).toBe(t.event_resolved_staff);
  });
});
