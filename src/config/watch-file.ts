// WatchFile: notices when the content of a file changes. It reads the file's figures at an interval, following links: that
// sees what editors and orchestrators do (a rename over it, a link that points elsewhere, a truncation), also on network
// drives and mounts for which the system has no events.
import type { BigIntStats } from 'node:fs'
import { stat } from 'node:fs/promises'

export interface FileWatch {
  /** Stops watching. */
  stop(): void
}

/** What changes with the content, or `'missing'`. Take it before you read the file, so that no change is missed. */
export async function fingerprintOf(file: string): Promise<string> {
  try {
    const { dev, ino, size, mtimeNs, ctimeNs }: BigIntStats = await stat(file, { bigint: true })
    return [dev, ino, size, mtimeNs, ctimeNs].join(' ')
  } catch (error) {
    return (error as NodeJS.ErrnoException).code ?? 'missing'
  }
}

/**
 * Calls `changed` when the file differs from `fingerprint`, and has been the same for two checks, so that a writer is not
 * disturbed. It is not called again before the promise it returned has settled. Its timer does not keep the process alive.
 */
export function watchFile(
  file: string,
  fingerprint: string,
  intervalMs: number,
  changed: (fingerprint: string) => Promise<void>,
): FileWatch {
  let isStopped = false
  let seen = fingerprint
  let known = fingerprint
  let timer: NodeJS.Timeout | undefined
  const look = async (): Promise<void> => {
    const now = await fingerprintOf(file)
    const isSettled = now === seen
    seen = now
    if (isStopped || now === known || !isSettled) return
    known = now
    await changed(now)
  }
  const next = () => {
    if (isStopped) return
    timer = setTimeout(() => void look().then(next, next), intervalMs)
    timer.unref()
  }
  next()
  return {
    stop() {
      isStopped = true
      clearTimeout(timer)
    },
  }
}
