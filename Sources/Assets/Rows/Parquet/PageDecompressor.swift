import CBrotli
import CLZ4
import CSnappy
import CZstd

/// Decompresses whole pages, whose size is known before.
final class PageDecompressor {
  /// How pages are compressed, by parquet.thrift's numbers.
  enum Codec: Int32 {
    case none, snappy, gzip, lzo, brotli, hadoopLZ4, zstd, lz4
  }

  private lazy var inflater = Inflater(framing: .gzip)
  /// What zstd works with, made for the first of its pages.
  private var zstdContext: OpaquePointer?

  deinit { ZSTD_freeDCtx(zstdContext) }

  /// The most bytes that a page of `count` compressed ones may have: texts rarely shrink to less than a hundredth, and who
  /// declares more is believed only in small things.
  static func limit(compressed count: Int) -> Int { max(1 << 24, count * 1024) }

  /// Fills `output` with what `input` holds.
  ///
  /// - Throws: ``ParquetDamage`` if that is damaged, or more or less than fits.
  func decompress(
    _ input: UnsafeRawBufferPointer, _ codec: Codec, into output: UnsafeMutableRawBufferPointer
  ) throws {
    let size: Int?
    switch codec {
    case .none: size = nil
    case .snappy: size = snappy(input, output)
    case .gzip: size = try gzip(input, output)
    case .brotli: size = brotli(input, output)
    case .zstd: size = zstd(input, output)
    case .lz4: size = lz4(input, output)
    case .hadoopLZ4:
      // Some writers gave the old number to what lacks the frames.
      size = hadoopLZ4(input, output) ?? lz4(input, output)
    case .lzo:
      throw ParquetDamage("is compressed with LZO, which this reader does not know")
    }
    guard size == output.count else {
      throw ParquetDamage(
        "has a page of \(input.count) bytes (\(codec)) that cannot be decompressed to \(output.count)"
      )
    }
  }

  private func snappy(
    _ input: UnsafeRawBufferPointer, _ output: UnsafeMutableRawBufferPointer
  ) -> Int? {
    let source = input.baseAddress?.assumingMemoryBound(to: CChar.self)
    let target = output.baseAddress?.assumingMemoryBound(to: CChar.self)
    var size = 0
    // It writes as many bytes as the data say, whatever room there is.
    guard snappy_uncompressed_length(source, input.count, &size) == SNAPPY_OK,
      size == output.count, snappy_uncompress(source, input.count, target, &size) == SNAPPY_OK
    else { return nil }
    return size
  }

  private func gzip(
    _ input: UnsafeRawBufferPointer, _ output: UnsafeMutableRawBufferPointer
  ) throws -> Int? {
    var (input, size) = (input, 0)
    while !input.isEmpty {
      inflater.restart()
      guard size < output.count,
        let progress = inflater.decompress(
          input, into: UnsafeMutableRawBufferPointer(rebasing: output[size...])),
        progress.isFinished
      else { return nil }
      size += progress.produced
      input = UnsafeRawBufferPointer(rebasing: input[progress.consumed...])
    }
    return size
  }

  private func brotli(
    _ input: UnsafeRawBufferPointer, _ output: UnsafeMutableRawBufferPointer
  ) -> Int? {
    var size = output.count
    let result = BrotliDecoderDecompress(
      input.count, input.baseAddress?.assumingMemoryBound(to: UInt8.self), &size,
      output.baseAddress?.assumingMemoryBound(to: UInt8.self))
    return result == BROTLI_DECODER_RESULT_SUCCESS ? size : nil
  }

  private func zstd(
    _ input: UnsafeRawBufferPointer, _ output: UnsafeMutableRawBufferPointer
  ) -> Int? {
    if zstdContext == nil { zstdContext = ZSTD_createDCtx() }
    let size = ZSTD_decompressDCtx(
      zstdContext, output.baseAddress, output.count, input.baseAddress, input.count)
    return ZSTD_isError(size) == 0 ? size : nil
  }

  private func lz4(
    _ input: UnsafeRawBufferPointer, _ output: UnsafeMutableRawBufferPointer
  ) -> Int? {
    let size = LZ4_decompress_safe(
      input.baseAddress?.assumingMemoryBound(to: CChar.self),
      output.baseAddress?.assumingMemoryBound(to: CChar.self), Int32(input.count),
      Int32(output.count))
    return size < 0 ? nil : Int(size)
  }

  /// Blocks, each with its size and its compressed size in big-endian numbers of four bytes before it.
  private func hadoopLZ4(
    _ input: UnsafeRawBufferPointer, _ output: UnsafeMutableRawBufferPointer
  ) -> Int? {
    var (position, size) = (0, 0)
    while input.count - position >= 8 {
      func number(_ offset: Int) -> Int {
        Int(UInt32(bigEndian: input.loadUnaligned(fromByteOffset: offset, as: UInt32.self)))
      }
      let (blockSize, compressedSize) = (number(position), number(position + 4))
      position += 8
      guard compressedSize <= input.count - position, blockSize <= output.count - size else {
        return nil
      }
      let block = UnsafeRawBufferPointer(rebasing: input[position..<position + compressedSize])
      let target = UnsafeMutableRawBufferPointer(rebasing: output[size..<size + blockSize])
      guard lz4(block, target) == blockSize else { return nil }
      position += compressedSize
      size += blockSize
    }
    return position == input.count ? size : nil
  }
}
