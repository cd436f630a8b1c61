internal import Glibc

/// The library of matrix products that ``Numerics/openblas`` stands for.
///
/// It is loaded when it is first asked for: it starts threads as soon as it is loaded, and they keep processors busy for a
/// tenth of a second, which commands that only read records would wait for.
struct OpenBLAS: Sendable {
  /// cblas_sgemm: order, transpositions of a and b, sizes m, n and k, alpha, a, its stride, b, its stride, beta, c, its stride.
  typealias Product =
    @convention(c) (
      CInt, CInt, CInt, CInt, CInt, CInt, Float, UnsafePointer<Float>, CInt, UnsafePointer<Float>,
      CInt, Float, UnsafeMutablePointer<Float>, CInt
    ) -> Void

  /// Nil where it is not installed.
  static let shared = OpenBLAS()

  /// Values of cblas.h.
  static let (rowMajor, plain, transposed): (CInt, CInt, CInt) = (101, 111, 112)

  let product: Product
  /// Its version and the processor type that it chose its kernels for.
  let version: String

  private init?() {
    guard let library = dlopen("libopenblas.so.0", RTLD_NOW),
      let product = dlsym(library, "cblas_sgemm"),
      let configuration = dlsym(library, "openblas_get_config"),
      let core = dlsym(library, "openblas_get_corename"),
      let setThreads = dlsym(library, "openblas_set_num_threads")
    else { return nil }
    typealias Text = @convention(c) () -> UnsafePointer<CChar>
    func text(_ function: UnsafeMutableRawPointer) -> String {
      String(cString: unsafeBitCast(function, to: Text.self)())
    }
    self.product = unsafeBitCast(product, to: Product.self)
    version = "\(text(configuration)), core \(text(core))"
    // Its own tiling, and with it the bits of a result, depends on the number of threads.
    unsafeBitCast(setThreads, to: (@convention(c) (CInt) -> Void).self)(1)
  }
}
