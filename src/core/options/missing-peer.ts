// MissingPeer: what an integration says where the package that it is for is not installed.

/**
 * `user`: who needs it, as in `switchgear/prometheus`. `install`: all packages that this takes. Any other error is thrown as it is.
 * @throws Error with the `code` `MISSING_PEER`, whose message has the command that installs it
 */
export function missingPeer(user: string, install: readonly string[], cause: unknown): never {
  const { code, message } = Object(cause) as { readonly code?: unknown; readonly message?: unknown }
  const isNotFound = code === 'ERR_MODULE_NOT_FOUND' || code === 'MODULE_NOT_FOUND'
  // In the message is what was not found; it may be something that the package itself is in need of.
  const name = isNotFound ? install.find((name) => new RegExp(`'${name}['/]`).test(String(message))) : undefined
  if (name === undefined) throw cause
  const error = new Error(`${user} needs the package ${name}: npm install ${install.join(' ')}`, { cause })
  throw Object.assign(error, { code: 'MISSING_PEER' })
}
