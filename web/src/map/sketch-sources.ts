/** What lies on the map of the boundary editor, from below to above. */
export const SKETCH = { areas: 'areas', hands: 'hands', before: 'before', faults: 'faults', line: 'line', handles: 'handles', names: 'names' } as const;
export type SketchSource = (typeof SKETCH)[keyof typeof SKETCH];
