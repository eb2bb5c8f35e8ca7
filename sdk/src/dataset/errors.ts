import { BaseError } from "../errors/base-error.ts";

/** The source holds something a dataset cannot: a symbolic link, a device, a name that is not UTF-8. */
export class DatasetEntryUnsupportedError extends BaseError {
  readonly path: string;
  constructor(path: string, kind: string) {
    super(`Cannot pack ${path}: it is ${kind}, and a dataset holds only files and directories.`, {
      next: "Replace it by what it stands for, or leave it out of the directory.",
    });
    this.path = path;
  }
}

/** A file or directory of the source could not be read. */
export class DatasetUnreadableError extends BaseError {
  readonly path: string;
  constructor(path: string, cause: unknown) {
    super(`Cannot read ${path}.`, { cause, next: "Check that it exists and that you may read it." });
    this.path = path;
  }
}

/** A file changed between the first and the last byte that were read of it. */
export class DatasetSourceChangedError extends BaseError {
  readonly path: string;
  constructor(path: string, what: string) {
    super(`${path} changed while it was being packed: ${what}.`, {
      next: "Pack again when nothing writes to it, or pack a snapshot.",
    });
    this.path = path;
  }
}

/** `maxPieceSize` is no padded piece size. */
export class DatasetPieceSizeError extends BaseError {
  constructor(maxPieceSize: number) {
    super(`maxPieceSize is ${maxPieceSize}: a padded piece size is a power of two of at least 128 bytes.`, {
      next: "Choose a power of two up to the sector size, such as 2 ** 30 for 1 GiB.",
    });
  }
}

/** A block of the DAG (most often a directory) is larger than a whole piece may be. */
export class DatasetBlockTooLargeError extends BaseError {
  constructor(blockSize: number, maxPieceSize: number) {
    super(`A block of ${blockSize} bytes does not fit into a piece of ${maxPieceSize} bytes.`, {
      next: "Raise maxPieceSize: 2 MiB (2097152) holds every block this packer makes.",
    });
  }
}

/** Where the result should go is not free, or lies inside the source. */
export class DatasetOutputError extends BaseError {
  readonly path: string;
  constructor(path: string, why: string, next: string) {
    super(`Cannot write to ${path}: ${why}.`, { next });
    this.path = path;
  }
}

/** Bytes are no CARv1 file of verifiable blocks. */
export class CarMalformedError extends BaseError {
  readonly car: string;
  /** Byte position in the CAR at which it stops making sense. */
  readonly position: number;
  constructor(car: string, position: number, why: string) {
    super(`${car} is not a valid CAR at byte ${position}: ${why}.`, {
      next: "Fetch it again, from another provider if this repeats.",
    });
    this.car = car;
    this.position = position;
  }
}

/** A block's bytes do not hash to its CID: they were damaged or forged. */
export class CarBlockCorruptError extends BaseError {
  readonly car: string;
  readonly cid: string;
  /** Byte position of the block's data in the CAR. */
  readonly position: number;
  constructor(car: string, cid: string, position: number) {
    super(`Block ${cid} at byte ${position} of ${car} does not hash to its CID: the bytes are damaged.`, {
      next: "Fetch the piece again, from another provider if this repeats.",
    });
    this.car = car;
    this.cid = cid;
    this.position = position;
  }
}

/** A CAR is sound block by block, but is not the piece that was asked for. */
export class PieceMismatchError extends BaseError {
  readonly expected: string;
  readonly actual: string;
  constructor(car: string, expected: string, actual: string) {
    super(`${car} is piece ${actual}, not ${expected}.`, {
      next: "Fetch the piece again and check which piece CID the deal names.",
    });
    this.expected = expected;
    this.actual = actual;
  }
}

/** Text or bytes are no piece CID of the version asked for. */
export class PieceCidInvalidError extends BaseError {
  constructor(value: string, why: string) {
    super(`${value} is not a piece CID: ${why}.`, {
      next: "A piece CID v2 starts with bafkzcib (FRC-0069), a v1 with baga6ea4seaq.",
    });
  }
}

/** A block that the dataset needs is in none of the CARs. */
export class DatasetBlockMissingError extends BaseError {
  readonly cid: string;
  constructor(cid: string, path: string) {
    super(`Block ${cid}, needed for ${path || "the dataset's root"}, is in none of the CARs.`, {
      next: "Give the CARs of all the dataset's pieces.",
    });
    this.cid = cid;
  }
}

/** The DAG under the root is not a dataset this reader accepts: a hostile name, a wrong size, an unknown node. */
export class DatasetMalformedError extends BaseError {
  constructor(path: string, why: string) {
    super(`The dataset is malformed at ${JSON.stringify(path)}: ${why}.`, {
      next: "Nothing of it was kept. Ask whoever published this root for a sound one.",
    });
  }
}
