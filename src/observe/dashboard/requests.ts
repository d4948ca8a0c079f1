// Requests: the bodies of commands, read up to a limit and checked; mistakes are reported in words.
import * as v from 'valibot'
import { isBreakerError } from '../../index.ts'
import { COMMANDS, type ErrorAnswer, type ErrorName } from './protocol.ts'

/** In bytes: a name may have 10,000 characters, each of them escaped. */
const MOST_BYTES = 256 * 1024
const LONGEST_MESSAGE = 200

/** A request that gets no other answer than this. */
export class Refusal extends Error {
  readonly status: 400 | 401 | 403 | 404 | 405 | 409 | 413 | 415 | 503
  readonly answer: ErrorAnswer
  constructor(
    status: Refusal['status'],
    code: ErrorName,
    message: string,
    mistakes?: ErrorAnswer['error']['mistakes'],
  ) {
    super(message)
    this.status = status
    this.answer = { error: { code, message, ...(mistakes && { mistakes }) } }
  }
}

const endpoint = v.string('the name of an endpoint')
const text = v.pipe(
  v.string(`a text of at most ${LONGEST_MESSAGE} characters`),
  v.maxLength(LONGEST_MESSAGE, `a text of at most ${LONGEST_MESSAGE} characters`),
)

export const controlBody = v.strictObject(
  {
    endpoint,
    command: v.picklist(COMMANDS, `one of ${COMMANDS.join(', ')}`),
    message: v.optional(text),
  },
  'an object: { endpoint, command, message }',
)

export const policyBody = v.strictObject(
  {
    endpoint,
    policy: v.custom<Readonly<Record<string, unknown>>>(
      (value) => typeof value === 'object' && value !== null && !Array.isArray(value),
      'an object of policy options',
    ),
  },
  'an object: { endpoint, policy }',
)

/** @throws Refusal */
export async function readBody<S extends v.GenericSchema>(request: Request, schema: S): Promise<v.InferOutput<S>> {
  const [type = ''] = (request.headers.get('content-type') ?? '').split(';')
  if (type.trim().toLowerCase() !== 'application/json') {
    throw new Refusal(415, 'unsupportedMediaType', 'send it as application/json')
  }
  const body = parsed(await readText(request))
  // To Valibot an array is an object without keys.
  const result = v.safeParse(schema, Array.isArray(body) ? null : body)
  if (result.success) return result.output
  throw new Refusal(400, 'invalid', 'the body is not as it must be', result.issues.map(mistakeOf))
}

function parsed(text: string): unknown {
  try {
    return JSON.parse(text)
  } catch {
    throw new Refusal(400, 'invalid', 'the body is no JSON')
  }
}

async function readText({ body }: Request): Promise<string> {
  const tooLarge = new Refusal(413, 'tooLarge', `at most ${MOST_BYTES / 1024} KB`)
  if (body === null) return ''
  const decoder = new TextDecoder()
  let text = ''
  let bytes = 0
  try {
    for await (const chunk of body) {
      bytes += chunk.byteLength
      if (bytes > MOST_BYTES) throw tooLarge
      text += decoder.decode(chunk, { stream: true })
    }
  } catch (error) {
    // A client that disconnects in the middle of it is no fault of the dashboard, and no reason for a process warning.
    throw error === tooLarge ? error : new Refusal(400, 'invalid', 'the body is incomplete')
  }
  return text + decoder.decode()
}

function mistakeOf(issue: v.BaseIssue<unknown>) {
  const path = ['body', ...(issue.path ?? []).map((item) => String(item.key).slice(0, 80))].join('.')
  if (issue.expected === 'never') return { path, expected: 'no such key', received: 'an unknown key' }
  const isMissing = issue.input === undefined
  return {
    path,
    expected: isMissing ? 'it to be given' : issue.message,
    received: isMissing ? 'nothing' : issue.received.slice(0, 80),
  }
}

/** The answer for one of our own errors; `null` for any other, which is not the client's fault. */
export function refusalOf(error: unknown): Refusal | null {
  if (error instanceof Refusal) return error
  if (isBreakerError(error, 'INVALID_POLICY')) {
    return new Refusal(400, 'invalid', error.message, error.mistakes)
  }
  if (isBreakerError(error, 'REGISTRY_CLOSED')) return new Refusal(409, 'closed', 'the registry is closed')
  return null
}
