// RawHandler: as GuardedHandler, with the hooks that undici's own requests have before version 8; version 6 has no others.
// They get headers in raw form: to translate these to the new hooks and back for an interceptor costs a tenth of a request.
import type { Exchange } from '../requests/index.ts'
import { giveUp, type Handler, isMistake } from './ending.ts'
import { headerOf, type UndiciResponse } from './response.ts'

type Abort = (reason?: Error) => void
type Raw = readonly (Buffer | string | readonly (Buffer | string)[])[]

/** Has what compose passes to an interceptor; the types know only part of it. */
export interface RawHooks {
  onConnect(abort: Abort, context: unknown): void
  onHeaders(statusCode: number, headers: Raw, resume: () => void, message: string): boolean
  onData(chunk: Buffer): boolean
  onComplete(trailers: Raw): void
  onError(error: Error): void
  onUpgrade(statusCode: number, headers: Raw, socket: unknown): void
  onResponseStarted?(): void
}

/** Whether it takes them, alone or as well as the new ones. */
export function hasRawHooks(handler: object): handler is RawHooks {
  return 'onConnect' in handler && typeof handler.onConnect === 'function'
}

export class RawHandler implements RawHooks {
  readonly #exchange: Exchange<UndiciResponse>
  readonly #hooks: RawHooks & Handler
  #abort: Abort | undefined
  /** Code that aborts got the function for it from us. */
  #calledOff: { readonly reason: Error | undefined } | undefined
  /** Why it was stopped: later events of undici are ignored. */
  #stoppedBy: Error | undefined

  constructor(exchange: Exchange<UndiciResponse>, hooks: RawHooks & Handler) {
    this.#exchange = exchange
    this.#hooks = hooks
    const { timeoutMs } = exchange
    if (timeoutMs !== null) exchange.limit(timeoutMs, (error) => this.#stop(error))
  }

  #stop(error: Error): void {
    this.#stoppedBy = error
    this.#abort?.(error)
    giveUp(this.#exchange, this.#hooks, error)
  }

  onConnect(abort: Abort, context: unknown): void {
    this.#abort = abort
    // It waited too long for a connection.
    if (this.#stoppedBy !== undefined) abort(this.#stoppedBy)
    else {
      this.#hooks.onConnect((reason) => {
        this.#calledOff = { reason }
        abort(reason)
      }, context)
    }
  }

  onUpgrade(statusCode: number, headers: Raw, socket: unknown): void {
    if (this.#stoppedBy !== undefined) return
    if (this.#answered(statusCode, headers)) this.#exchange.bodyEnded()
    this.#hooks.onUpgrade(statusCode, headers, socket)
  }

  onResponseStarted(): void {
    if (this.#stoppedBy === undefined) this.#hooks.onResponseStarted?.()
  }

  onHeaders(statusCode: number, headers: Raw, resume: () => void, message: string): boolean {
    if (this.#stoppedBy !== undefined) return false
    // Below that it is information, and the response is still to come.
    if (statusCode >= 200) this.#answered(statusCode, headers)
    try {
      return this.#hooks.onHeaders(statusCode, headers, resume, message)
    } catch (error) {
      throw this.#blame(error)
    }
  }

  onData(chunk: Buffer): boolean {
    if (this.#stoppedBy !== undefined) return false
    try {
      return this.#hooks.onData(chunk)
    } catch (error) {
      throw this.#blame(error)
    }
  }

  onComplete(trailers: Raw): void {
    if (this.#stoppedBy !== undefined) return
    this.#exchange.bodyEnded()
    this.#hooks.onComplete(trailers)
  }

  onError(error: Error): void {
    if (this.#stoppedBy !== undefined) return
    if (this.#calledOff !== undefined) this.#exchange.calledOff(this.#calledOff.reason ?? error)
    else if (isMistake(error)) this.#exchange.calledOff(error)
    else this.#exchange.failed(error)
    this.#hooks.onError(error)
  }

  #answered(statusCode: number, raw: Raw): boolean {
    return this.#exchange.answered(new RawResponse(statusCode, raw), statusCode, headerOf)
  }

  /** If a handler throws, undici ends the request with that error, which is not the server's. */
  #blame(error: unknown): unknown {
    this.#exchange.calledOff(error)
    return error
  }
}

/** Its headers are parsed when one is read, which for most never happens. */
class RawResponse implements UndiciResponse {
  readonly #raw: Raw
  readonly statusCode: number
  #headers: UndiciResponse['headers'] | undefined

  constructor(statusCode: number, raw: Raw) {
    this.statusCode = statusCode
    this.#raw = raw
  }

  get headers(): UndiciResponse['headers'] {
    this.#headers ??= headersOf(this.#raw)
    return this.#headers
  }
}

/** Names and values alternate. */
function headersOf(raw: Raw): UndiciResponse['headers'] {
  const headers: Record<string, string | string[]> = Object.create(null)
  for (let at = 0; at + 1 < raw.length; at += 2) {
    const name = textOf(raw[at]).toLowerCase()
    const values = [
      headers[name] ?? [],
      Array.isArray(raw[at + 1]) ? (raw[at + 1] as Buffer[]).map(textOf) : textOf(raw[at + 1]),
    ].flat()
    headers[name] = values.length === 1 ? (values[0] as string) : values
  }
  return headers
}

function textOf(raw: unknown): string {
  return Buffer.isBuffer(raw) ? raw.toString('latin1') : String(raw)
}
