// ServerTime: what time a store has, as far as one of its clients can tell, so that a request can say when it was sent and
// the store can tell one that lay in a buffer for too long. Only ever sent to the store that it was learnt from.

export interface ServerTime {
  /** The store's time, in ms; `undefined` before anything is known. */
  at(now: number): number | undefined
  /** The store had this time somewhen between two moments of ours. */
  learn(sentAt: number, receivedAt: number, serverMs: number): void
}

/** `deadlineMs`: what took longer says too little of the time to replace what is known. */
export function newServerTime(deadlineMs: number): ServerTime {
  let aheadMs: number | undefined
  return {
    at: (now) => (aheadMs === undefined ? undefined : now + aheadMs),
    learn(sentAt, receivedAt, serverMs) {
      if (aheadMs !== undefined && receivedAt - sentAt > deadlineMs) return
      aheadMs = serverMs - (sentAt + receivedAt) / 2
    },
  }
}
