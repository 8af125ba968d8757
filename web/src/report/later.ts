// What the report page shows only after something else: fetched once the page stands, and before it is needed.
export { outboxView } from './outbox-view.ts';
export { meTooView, similarView } from './similar-view.ts';
