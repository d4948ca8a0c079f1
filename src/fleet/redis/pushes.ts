// Pushes: by which connection they come. In the third version of the protocol the one for requests takes them too; in the
// second, which is all that redis 4 and ioredis 5 speak, it cannot, so there is another one.
import type { Connection, Driver } from './driver.ts'

/** @param open makes a client with one connection */
export function withPushes(open: Driver): Driver {
  return ({ onReady, onEnd }) => {
    let isDestroyed = false
    let another: Connection | undefined
    const requests = open({ onReady, onEnd })
    return {
      send: (args) => requests.send(args),
      async subscribe(channel, onMessage) {
        const isShared = await takesPushes(requests)
        if (isDestroyed) return
        if (!isShared) {
          await new Promise<void>((onReady) => {
            another = open({ onReady, onEnd })
          })
        }
        await (another ?? requests).subscribe(channel, onMessage)
      },
      destroy() {
        isDestroyed = true
        try {
          another?.destroy()
        } finally {
          requests.destroy()
        }
      },
    }
  }
}

/** Who may not ask has another connection, which is right in either version. */
async function takesPushes(connection: Connection): Promise<boolean> {
  const about = await connection.send(['HELLO']).catch(() => [])
  // Clients give a map, or its keys and values by turns.
  const protocol = Array.isArray(about) ? about[about.indexOf('proto') + 1] : Object(about).proto
  return protocol === 3
}
