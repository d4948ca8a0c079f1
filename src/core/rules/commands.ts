// Commands: what an operator may tell a breaker, written once: their names, events and reasons. All else that lists them is
// made of this table, or does not compile without a command that is in it.

interface CommandRow {
  /** The type of the reason that it leaves behind. */
  readonly reason: string
  /** It carries a message of the operator, and this is what is said before it; `null`: it carries none. */
  readonly says: string | null
}

const TABLE = {
  trip: { reason: 'tripped', says: 'tripped' },
  probe: { reason: 'probeRequested', says: 'told to probe' },
  reset: { reason: 'reset', says: null },
  isolate: { reason: 'isolated', says: null },
  disable: { reason: 'disabled', says: null },
  enable: { reason: 'enabled', says: null },
} as const satisfies Record<string, CommandRow>

type Rows = typeof TABLE
/** A command by its name. */
export type Command = keyof Rows
/** Those that carry a message. */
type Said = { [C in Command]: Rows[C]['says'] extends string ? C : never }[Command]
type MessageOf<C extends Command> = C extends Said ? { readonly message: string } : unknown
/** A trip may say how long it lasts. */
type OpenTimeOf<C extends Command> = C extends 'trip' ? { readonly openForMs?: number } : unknown

/** The event of each, without its time. */
export type CommandEvent = { [C in Command]: { readonly type: C } & MessageOf<C> & OpenTimeOf<C> }[Command]
/** The reason of each. */
export type CommandReason = { [C in Command]: { readonly type: Rows[C]['reason'] } & MessageOf<C> }[Command]

/** The names. */
export const COMMANDS = Object.keys(TABLE) as readonly Command[]

const SAID = COMMANDS.filter(carriesMessage) as readonly Said[]
const UNSAID = COMMANDS.filter((command) => !carriesMessage(command)) as readonly Exclude<Command, Said>[]

/** Types of reasons that carry a message. */
export const SAID_REASONS = SAID.map((command) => TABLE[command].reason)
/** Types of reasons that carry none. */
export const PLAIN_REASONS = UNSAID.map((command) => TABLE[command].reason)

export function carriesMessage(command: Command): boolean {
  return TABLE[command].says !== null
}

/** `message`, of one that carries it: why. `openForMs`, of a trip: in place of the policy's open time. */
export function commandEvent(type: Command, at: number, message: string, openForMs?: number) {
  const said = carriesMessage(type) ? { message } : {}
  const lasting = openForMs === undefined ? {} : { openForMs }
  return { type, ...said, at, ...lasting } as CommandEvent & { readonly at: number }
}

/** The reason of a command in words, without its message. */
export function wordsOfCommand(reason: CommandReason['type']): string {
  return SAID.map((command) => TABLE[command]).find((row) => row.reason === reason)?.says ?? reason
}
