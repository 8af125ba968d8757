// The contract's schemas about following under short names.
import type { components } from '../gen/contract.ts';

type Schemas = components['schemas'];

export type PushInput = Schemas['PushInput'];
export type Subscription = Schemas['Subscription'];
