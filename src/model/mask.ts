/** Secrets in command lines and messages are masked before anything is shown, written or exported. */

const MASK = "***";

// A name's last word tells: `api-key`, `OPENAI_API_KEY`, `authToken`, `db.password`; not `max-tokens`, `keyboard`, `MONKEY`.
const words = "key|token|secret|password|passwd|passphrase|pwd|credential|credentials|authorization|apikey";
const capitalised = words.replace(/(^|\|)([a-z])/g, (_, bar: string, letter: string) => bar + letter.toUpperCase());
const name = `(?:(?:[\\w.-]*[-_.])?(?:${words}|${words.toUpperCase()}|${capitalised})|[\\w.-]*[a-z](?:${capitalised}))`;
const value = `"[^"]*"|'[^']*'|[^\\s"'&,;]+`;

const rules: [RegExp, string][] = [
  // https://user:password@host
  [/(\b[a-z][a-z0-9+.-]*:\/\/[^\s/:@"']*):[^\s/@"']+@/gi, `$1:${MASK}@`],
  // Authorization: Bearer abc
  [/\b(Bearer|Basic)\s+[\w.~+/=-]{6,}/gi, `$1 ${MASK}`],
  // NAME=value, --name=value, ?name=value, name: value, "name": "value"
  [new RegExp(`((?<![\\w.-])-{0,2}${name}["']?\\s*[=:]\\s*)(?!Bearer|Basic)(?:${value})`, "g"), `$1${MASK}`],
  // --name value
  [new RegExp(`((?<![\\w.-])--?${name}\\s+)(?!-)(?:${value})`, "g"), `$1${MASK}`],
  // Keys marked by their makers: OpenAI and Anthropic, GitHub, Hugging Face, Slack, AWS, Google, JSON web tokens
  [
    /\b(?:sk-[\w-]{8,}|gh[pousr]_\w{16,}|github_pat_\w{16,}|hf_\w{16,}|xox[abprs]-[\w-]{8,}|AKIA[A-Z0-9]{12,}|AIza[\w-]{20,}|eyJ[\w-]{8,}\.[\w-]+\.[\w-]+)/g,
    MASK,
  ],
];

/** The text with what looks like a secret replaced by `***`. */
export function maskSecrets(text: string): string {
  return rules.reduce((masked, [pattern, replacement]) => masked.replace(pattern, replacement), text);
}

const secretFlag = new RegExp(`^--?${name}$`);
const secretAssignment = new RegExp(`^(-{0,2}${name}\\s*[=:]\\s*(?:(?:Bearer|Basic)\\s+)?)\\S.*$`, "s");

/** A program and its arguments as one line for eyes: secrets masked, blanks in quotes, long arguments cut. */
export function maskedCommandLine(argv: readonly string[]): string {
  return argv
    .map((part) => (part.length > 500 ? `${part.slice(0, 500)}…` : part))
    .map((part, i) => {
      const afterFlag = secretFlag.test(argv[i - 1] ?? "") && !part.startsWith("-");
      return afterFlag ? MASK : maskSecrets(part.replace(secretAssignment, `$1${MASK}`));
    })
    .map((part) => (/^[^\s"'\\]+$/.test(part) ? part : JSON.stringify(part)))
    .join(" ");
}
