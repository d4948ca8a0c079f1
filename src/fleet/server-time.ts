// ServerTime: the time of a store, as far as a client can know. A request carries its send time, so that the store can
// recognise one that lay in a buffer for too long. It is sent only to the store that it was learnt from.

export interface ServerTime {
  /** The store's time, in ms; `undefined` before anything is known. */
  at(now: number): number | undefined
  /** The store had this time between two moments of ours. */
  learn(sentAt: number, receivedAt: number, serverMs: number): void
}

/** `deadlineMs`: an answer that took longer says too little about the time to replace what is known. */
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
