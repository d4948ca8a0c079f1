// Figures: counts and shares as reasons write them.

export function counted(count: number, what: string): string {
  return count === 1 ? `1 ${what}` : `${count} ${what}s`
}

export function percent(rate: number): string {
  return `${Math.round(rate * 1000) / 10}%`
}
