import { CsvError, parse } from 'csv-parse';
import { isJsonObject, type JsonObject, memberPointer, parseJson } from '#libs/json';
import { Problem } from '#libs/problem';
import type { RowError } from '../transfer.repository.js';

export const IMPORT_FORMATS = { 'text/csv': 'csv', 'application/x-ndjson': 'ndjson' } as const;
export type ImportFormat = (typeof IMPORT_FORMATS)[keyof typeof IMPORT_FORMATS];

/** Where a row starts, or where the file ends. */
export interface FilePosition {
  readonly bytes: number;
  /** How many lines there are before it. */
  readonly lines: number;
}

export type Row = JsonObject;

/** A row of a file, or why it isn't one. */
export type FileRow = { readonly end: FilePosition } & (
  | { readonly row: Row; readonly errors?: undefined }
  | { readonly errors: readonly RowError[]; readonly row?: undefined }
);

/** Thrown if the rest of a file can't be read. */
export class MalformedFileError extends Error {
  override readonly name = 'MalformedFileError';

  constructor(readonly error: RowError) {
    super(error.message);
  }
}

/** As long as the body of any other request. Metadata of 16 KB fits in. */
const MAX_ROW_BYTES = 100 * 1024;
const LINE_FEED = 0x0a;

/**
 * The rows of a file with a JSON object on each line. Empty lines are none.
 * @param source the file from `start` on
 */
export async function* readNdjson(
  source: AsyncIterable<Buffer>,
  start: FilePosition,
): AsyncGenerator<FileRow, void> {
  let { bytes, lines } = start;
  let pending: Buffer[] = [];
  let length = 0;
  const take = (): FileRow | undefined => {
    bytes += length;
    lines += 1;
    const end = { bytes, lines };
    const line = Buffer.concat(pending);
    const isTooLong = length > MAX_ROW_BYTES;
    pending = [];
    length = 0;
    return isTooLong ? { end, errors: [tooLong(lines)] } : parseLine(line, end);
  };
  for await (const part of source) {
    let from = 0;
    for (let at = part.indexOf(LINE_FEED); at >= 0; at = part.indexOf(LINE_FEED, from)) {
      length += at + 1 - from;
      pending.push(length > MAX_ROW_BYTES ? Buffer.alloc(0) : part.subarray(from, at));
      from = at + 1;
      const row = take();
      if (row) {
        yield row;
      }
    }
    length += part.length - from;
    // Of a line that's too long, nothing is kept.
    pending = length > MAX_ROW_BYTES ? [] : [...pending, part.subarray(from)];
  }
  if (length > 0) {
    const row = take();
    if (row) {
      yield row;
    }
  }
}

/** @returns undefined for an empty line */
function parseLine(line: Buffer, end: FilePosition): FileRow | undefined {
  const first = end.lines === 1 ? line.subarray(line.indexOf('\ufeff') === 0 ? 3 : 0) : line;
  if (/^\s*$/.test(first.toString('latin1'))) {
    return undefined;
  }
  const at = { line: end.lines, pointer: '' };
  try {
    const row = parseJson(first);
    return isJsonObject(row)
      ? { end, row }
      : { end, errors: [{ ...at, code: 'wrong-type', message: 'must be a JSON object' }] };
  } catch (error) {
    return { end, errors: rowErrorsOf(error, end.lines) };
  }
}

/** The errors of a row that breaks a rule. @throws the error if it's anything else */
export function rowErrorsOf(error: unknown, line: number): RowError[] {
  if (!(error instanceof Problem) || error.definition.status >= 500) {
    throw error;
  }
  const { errors = [] } = error.occurrence;
  return errors.length > 0
    ? errors.map(({ pointer, code, message }) => ({ line, pointer, code, message }))
    : [{ line, pointer: '', code: error.code, message: error.message }];
}

/**
 * The rows of a CSV file (RFC 4180), with the names of its columns as members. Cells that are empty are left out.
 * @param source the file from `start` on
 * @param columns undefined if the file starts with them
 * @throws MalformedFileError if a quote is misplaced, after which nobody can tell data from delimiters
 */
export async function* readCsv(
  source: AsyncIterable<Buffer>,
  start: FilePosition,
  columns: readonly string[] | undefined,
): AsyncGenerator<FileRow, void> {
  let names = columns;
  for await (const { cells, end } of readCells(source, start)) {
    if (names === undefined) {
      names = requireColumns(cells);
    } else {
      yield toRow(cells, names, end);
    }
  }
}

/** The names of the columns. @throws MalformedFileError */
export async function readColumns(source: AsyncIterable<Buffer>): Promise<string[]> {
  for await (const { cells } of readCells(source, { bytes: 0, lines: 0 })) {
    return requireColumns(cells);
  }
  throw malformedFile(1, 'has no header');
}

async function* readCells(
  source: AsyncIterable<Buffer>,
  start: FilePosition,
): AsyncGenerator<{ readonly cells: string[]; readonly end: FilePosition }, void> {
  const parser = parse({
    bom: start.bytes === 0,
    info: true,
    max_record_size: MAX_ROW_BYTES,
    relax_column_count: true,
    skip_empty_lines: true,
  });
  let records: CsvRecord[] = [];
  let failure: unknown;
  // Not its iterator, which forgets the records before an error.
  parser.on('data', (record: CsvRecord) => records.push(record));
  parser.on('error', (error) => (failure = error));
  const parsed = function* (): Generator<{ readonly cells: string[]; readonly end: FilePosition }, void> {
    for (const { record, info } of records) {
      yield {
        cells: record,
        end: { bytes: start.bytes + info.bytes, lines: start.lines + info.lines },
      };
    }
    records = [];
    if (failure !== undefined) {
      throw asMalformed(failure, start);
    }
  };
  for await (const bytes of source) {
    await new Promise<void>((resolve) => void parser.write(bytes, () => resolve()));
    yield* parsed();
  }
  await new Promise<void>((resolve) => parser.end(() => resolve()));
  yield* parsed();
}

/** The error of the parser, if it's about the file. */
function asMalformed(error: unknown, start: FilePosition): unknown {
  return error instanceof CsvError
    ? malformedFile(
        start.lines + Number(error['lines'] ?? 0),
        REASONS[error.code] ?? 'is not valid CSV (RFC 4180)',
      )
    : error;
}

interface CsvRecord {
  readonly record: string[];
  readonly info: { readonly bytes: number; readonly lines: number };
}

const REASONS: Readonly<Record<string, string>> = {
  CSV_MAX_RECORD_SIZE: `is longer than ${MAX_ROW_BYTES} bytes, or a quote isn't closed`,
  CSV_QUOTE_NOT_CLOSED: "has a quote that isn't closed",
};

function toRow(cells: readonly string[], names: readonly string[], end: FilePosition): FileRow {
  const at = { line: end.lines, pointer: '' };
  if (cells.length !== names.length) {
    const message = `must have as many cells as the header, which has ${names.length}`;
    return { end, errors: [{ ...at, code: 'wrong-cells', message }] };
  }
  const errors = cells.flatMap((cell, index) =>
    // What wasn't UTF-8 has been replaced.
    /[\0\ufffd]/.test(cell)
      ? [
          {
            ...at,
            pointer: memberPointer('', names[index] ?? ''),
            code: 'unstorable',
            message: 'must be UTF-8 without U+0000',
          },
        ]
      : [],
  );
  return errors.length > 0
    ? { end, errors }
    : {
        end,
        row: Object.fromEntries(
          names.map((name, index) => [name, cells[index]]).filter(([, cell]) => cell !== ''),
        ),
      };
}

function requireColumns(cells: readonly string[]): string[] {
  const names = cells.map((cell) => cell.trim());
  const double = names.find((name, index) => names.indexOf(name) !== index);
  if (double !== undefined) {
    throw malformedFile(1, `has a column twice: ${JSON.stringify(double.slice(0, 64))}`);
  }
  return names;
}

function malformedFile(line: number, message: string): MalformedFileError {
  return new MalformedFileError({ line, pointer: '', code: 'malformed', message });
}

function tooLong(line: number): RowError {
  return { line, pointer: '', code: 'too-long', message: `must be at most ${MAX_ROW_BYTES} bytes long` };
}
