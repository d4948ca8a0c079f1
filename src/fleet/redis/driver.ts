// Driver: all that a Redis client must do. Its reconnecting, its queues and its time limits are not used: a connection that
// has ended, or does not answer, is thrown away with its client, and another is made.

/** A connection, ready or still being made. */
export interface Connection {
  /** May reject with anything, and may never settle. */
  send(args: readonly string[]): Promise<unknown>
  subscribe(channel: string, onMessage: (message: string) => void): Promise<unknown>
  /** Ends it at once, whatever it is doing; may throw. */
  destroy(): void
}

export interface ConnectionEvents {
  /** It takes requests. */
  onReady(): void
  /** It failed or ended; perhaps called more than once. */
  onEnd(error: Error): void
}

/** Makes a client of its own for each connection. */
export type Driver = (events: ConnectionEvents) => Connection
