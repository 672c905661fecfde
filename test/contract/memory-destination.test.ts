import { createMemoryDestination } from '../support/memory-destination.ts';
import { describeDestination } from './destination.ts';

describeDestination('memory', () =>
  Promise.resolve({
    destination: createMemoryDestination(),
    [Symbol.asyncDispose]: () => Promise.resolve(),
  }),
);
