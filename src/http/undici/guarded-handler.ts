// GuardedHandler: between undici and the caller of a request. It sees how the request goes, and stops it when its time is
// up.
import type { Dispatcher } from 'undici'
import type { Exchange } from '../requests/index.ts'
import { giveUp, type Handler, isMistake } from './ending.ts'
import { headerOf, type UndiciResponse } from './response.ts'

type Controller = Dispatcher.DispatchController
type Hook<N extends keyof Handler> = Required<Handler>[N]
type Headers = UndiciResponse['headers']

export class GuardedHandler implements Handler {
  readonly #exchange: Exchange<UndiciResponse>
  readonly #handler: Handler
  #controller: Controller | undefined
  /** Why it was stopped: later events of undici are ignored. */
  #stoppedBy: Error | undefined

  constructor(exchange: Exchange<UndiciResponse>, handler: Handler) {
    this.#exchange = exchange
    this.#handler = handler
    const { timeoutMs } = exchange
    if (timeoutMs !== null) exchange.limit(timeoutMs, (error) => this.#stop(error))
  }

  #stop(error: Error): void {
    this.#stoppedBy = error
    this.#controller?.abort(error)
    giveUp(this.#exchange, this.#handler, error, this.#controller)
  }

  onRequestStart(...[controller, context]: Parameters<Hook<'onRequestStart'>>): void {
    this.#controller = controller
    // It waited too long for a connection.
    if (this.#stoppedBy !== undefined) controller.abort(this.#stoppedBy)
    else this.#handler.onRequestStart?.(controller, context)
  }

  onRequestUpgrade(...[controller, statusCode, headers, socket]: Parameters<Hook<'onRequestUpgrade'>>): void {
    if (this.#stoppedBy !== undefined) return
    if (this.#answered(statusCode, headers)) this.#exchange.bodyEnded()
    this.#handler.onRequestUpgrade?.(controller, statusCode, headers, socket)
  }

  /** Passes on when the first byte came, for fetch. */
  onResponseStarted(): void {
    if (this.#stoppedBy === undefined) this.#handler.onResponseStarted?.()
  }

  onResponseStart(...[controller, statusCode, headers, message]: Parameters<Hook<'onResponseStart'>>): void {
    if (this.#stoppedBy !== undefined) return
    // Below that it is information, and the response is still to come.
    if (statusCode >= 200) this.#answered(statusCode, headers)
    this.#ask(() => this.#handler.onResponseStart?.(controller, statusCode, headers, message))
  }

  onResponseData(...[controller, chunk]: Parameters<Hook<'onResponseData'>>): void {
    if (this.#stoppedBy === undefined) this.#ask(() => this.#handler.onResponseData?.(controller, chunk))
  }

  onResponseEnd(...[controller, trailers]: Parameters<Hook<'onResponseEnd'>>): void {
    if (this.#stoppedBy !== undefined) return
    this.#exchange.bodyEnded()
    this.#handler.onResponseEnd?.(controller, trailers)
  }

  onResponseError(...[controller, error]: Parameters<Hook<'onResponseError'>>): void {
    if (this.#stoppedBy !== undefined) return
    // Undici itself does not abort: the code that does has the controller, or the body.
    if (controller?.aborted) this.#exchange.calledOff(controller.reason ?? error)
    else if (isMistake(error)) this.#exchange.calledOff(error)
    else this.#exchange.failed(error)
    this.#handler.onResponseError?.(controller, error)
  }

  #answered(statusCode: number, headers: Headers): boolean {
    return this.#exchange.answered({ statusCode, headers }, statusCode, headerOf)
  }

  /** If a handler throws, undici ends the request with that error, which is not the server's. */
  #ask(hook: () => void): void {
    try {
      hook()
    } catch (error) {
      this.#exchange.calledOff(error)
      throw error
    }
  }
}
