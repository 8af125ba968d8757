// What the report page shows only after something else: fetched once the page stands, and before it is needed.
export { Nearby } from './nearby.ts';
export { outboxNews, outboxView } from './outbox-view.ts';
