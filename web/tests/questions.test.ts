import { describe, expect, it } from 'vitest';
import type { Service } from '../src/contract/schemas.ts';
import { catalogues } from '../src/locale/locale.ts';
import { draftOf, emptyDraft, formField, reportInput } from '../src/report/draft.ts';
import { answerProblems, answersTo, instantOf, localTime, notices, readAnswers } from '../src/report/questions.ts';

const both = (text: string) => ({ zh: `${text}（中）`, en: text });
const service: Service = { service_code: 'lift', name: both('Lift'), questions: [
  { code: 'note', kind: 'string', info: true, prompt: both('Call 119') },
  { code: 'trapped', kind: 'singlevaluelist', required: true, prompt: both('Trapped'), values: [{ key: 'yes', name: both('Yes'), notice: both('Call now') }, { key: 'no', name: both('No') }] },
  { code: 'floor', kind: 'number', prompt: both('Floor') },
  { code: 'since', kind: 'datetime', prompt: both('Since') },
] };

describe('questions of a service', () => {
  it('says what to do at once only of what was chosen', () => {
    expect(notices(service.questions, { trapped: ['yes'] }, 'zh')).toEqual(['Call now（中）']);
    for (const trapped of [['no'], [], ['maybe']]) expect(notices(service.questions, { trapped }, 'en')).toEqual([]);
    expect(notices(undefined, { trapped: ['yes'] }, 'en')).toEqual([]);
  });

  it('keeps the answers that belong to the service, without empty ones and notes', () => {
    expect(answersTo(service, { trapped: ['no'], floor: ['  '], note: ['x'], pole: ['LD-1'] })).toEqual({ trapped: ['no'] });
    expect(answersTo(undefined, { pole: ['LD-1'] })).toEqual({});
  });

  it('names what is missing or wrong, each at its own field', () => {
    const t = catalogues.zh;
    expect(answerProblems(t, 'zh', service, {})).toEqual([{ field: 'answers.trapped', text: t.needAnswer('Trapped（中）') }]);
    expect(answerProblems(t, 'zh', service, { trapped: ['no'], floor: ['three'] }).map((one) => one.field)).toEqual(['answers.floor']);
    expect(answerProblems(t, 'zh', service, { trapped: ['no'], floor: ['-3.5'] })).toEqual([]);
    expect(answerProblems(t, 'zh', undefined, {})).toEqual([]);
    expect(formField('answers.floor')).toBe('answers.floor');
  });

  it('sends answers only where there are some', () => {
    const draft = { ...emptyDraft('key-of-draft'), service: 'lift', words: 'x' };
    const place = { lon: 1, lat: 2, accuracy: 3 };
    expect(reportInput(draft, place, {}, 'en').answers).toBeUndefined();
    expect(reportInput(draft, place, {}, 'en', { trapped: ['no'] }).answers).toEqual({ trapped: ['no'] });
  });

  it.each([['[]'], ['{"a":"b"}'], ['{"a":[1]}'], ['5']])('does not trust kept answers such as %s', (answers) => {
    expect(draftOf({ key: 'key-of-draft', answers: JSON.parse(answers) as unknown }).answers).toEqual({});
  });

  it('turns the reader\'s time into an instant and back', () => {
    const instant = instantOf('2026-05-01T08:30');
    expect(instant).toMatch(/^2026-0\d-\d\dT\d\d:\d\d:00Z$/);
    expect(localTime(instant)).toBe('2026-05-01T08:30');
    expect(instantOf('')).toBe('');
    expect(localTime('nonsense')).toBe('');
  });

  it('reads answers by the names of their values, and what is no longer asked by its code', () => {
    expect(readAnswers(service, { trapped: ['no'], gone: ['7', '8'] }, 'zh', String)).toEqual([['Trapped（中）', 'No（中）'], ['gone', '7、8']]);
    expect(readAnswers(undefined, undefined, 'en', String)).toEqual([]);
  });
});
