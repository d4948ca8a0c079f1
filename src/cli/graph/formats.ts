// Formats: what the command graph can print.

export const FORMATS = ['mermaid', 'dot', 'json', 'stately'] as const
export type Format = (typeof FORMATS)[number]
