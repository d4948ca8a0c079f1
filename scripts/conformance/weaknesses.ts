// What the table does not show, since it is no requirement: where the others are better. Figures: README, `npm run bench`.
export const WEAKNESSES: readonly string[] = [
  'Age: opossum, cockatiel, brakes and hystrixjs have run in production for years; this is 0.1.0 and has not.',
  'Memory: 3.4 KB a breaker with its actor, 4.6 KB open, against 0.3 KB (Effect), 0.6 KB (mollitia) and 1.2 KB (cockatiel).',
  'Weight: it brings `xstate`, `@xstate/graph` and `valibot`; cockatiel, opossum and mollitia have no dependencies.',
  'Scope: no retry, bulkhead, cache or rate limit; cockatiel, mollitia and Effect compose those with the breaker.',
  'Unfolded (with an inspector attached) every outcome goes through the actor, at microseconds a call.',
  'Node only; opossum has a browser build.',
  'State shared between processes: Effect has a Redis store with leases.',
  'The model that judges here is our own: a rule that we have got wrong, it gets wrong with us. Read the stories.',
]
