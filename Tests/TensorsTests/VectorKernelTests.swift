import CKernels
import Files
import Glibc
import Testing

@testable import Tensors

/// Every instruction set that this machine has, with its kernels.
private let variants: [(name: String, kernels: ck_vector_kernels)] =
  InstructionSet.available.compactMap { set in
    ck_vector_for(set.kernelValue).map { (set.rawValue, $0.pointee) }
  }

/// Sizes on both sides of the vector width.
private let sizes = [1, 2, 7, 8, 15, 16, 17, 31, 33, 100, 1000]

@Suite("Vector kernels") struct VectorKernelTests {
  /// fp32 kernels against fp64 references: relative to the largest output.
  private static let tolerance = 4e-6

  /// Runs `body` for each instruction set and expects the same bits from all, and `reference` to within the tolerance.
  private func check(
    _ reference: [Double], _ body: (ck_vector_kernels, UnsafeMutablePointer<Float>) -> Void
  ) {
    var bits: [UInt32]?
    for (name, kernels) in variants {
      let out = FloatBuffer(count: reference.count)
      body(kernels, out.pointer)
      let found = out.elements.map(\.bitPattern)
      #expect(bits == nil || found == bits, "\(name) differs from \(variants[0].name)")
      bits = found
      let largest = max(1, reference.map(abs).max() ?? 0)
      let error = zip(out.elements, reference).map { abs(Double($0) - $1) }.max() ?? 0
      #expect(error <= Self.tolerance * largest, "\(name) is off by \(error)")
    }
  }

  @Test("RMS norm and its gradients match their definition", arguments: sizes)
  func norm(size: Int) {
    let rows = 3
    let (x, w) = (pseudorandomBuffer(rows * size, seed: 1), pseudorandomBuffer(size, seed: 2))
    let d = pseudorandomBuffer(rows * size, seed: 3)
    let inverse = FloatBuffer(count: rows)
    var (out, inputGradient) = ([Double](), [Double]())
    var weightGradient = [Double](repeating: 0, count: size)
    for row in 0..<rows {
      let values = (0..<size).map { Double(x.pointer[row * size + $0]) }
      let s = 1 / (values.map { $0 * $0 }.reduce(0, +) / Double(size) + 1e-6).squareRoot()
      let g = (0..<size).map { Double(d.pointer[row * size + $0]) * (1 + Double(w.pointer[$0])) }
      let dot = zip(g, values).map(*).reduce(0, +) / Double(size)
      for j in 0..<size {
        out.append(values[j] * s * (1 + Double(w.pointer[j])))
        inputGradient.append(s * g[j] - s * s * s * values[j] * dot)
        weightGradient[j] += Double(d.pointer[row * size + j]) * values[j] * s
      }
    }
    check(out) { $0.rms_norm($1, inverse.pointer, x.pointer, w.pointer, rows, size, 1e-6, 1) }
    check(out) { $0.rms_norm_again($1, inverse.pointer, x.pointer, w.pointer, rows, size, 1) }
    check(inputGradient) {
      $0.rms_norm_input_gradient(
        $1, d.pointer, x.pointer, inverse.pointer, w.pointer, rows, size, 1)
    }
    check(weightGradient) {
      $0.rms_norm_weight_gradient($1, d.pointer, x.pointer, inverse.pointer, rows, size, size)
    }
  }

  @Test("layer norm and its gradients match their definition", arguments: sizes)
  func layerNorm(size: Int) {
    let rows = 3
    let (x, w) = (pseudorandomBuffer(rows * size, seed: 11), pseudorandomBuffer(size, seed: 12))
    let (b, d) = (pseudorandomBuffer(size, seed: 13), pseudorandomBuffer(rows * size, seed: 14))
    // A mean far from 0, which must not cost the variance its precision.
    for index in 0..<rows * size { x.pointer[index] += 4 }
    let statistics = FloatBuffer(count: 2 * rows)
    var (out, inputGradient) = ([Double](), [Double]())
    var weightGradient = [Double](repeating: 0, count: size)
    for row in 0..<rows {
      let values = (0..<size).map { Double(x.pointer[row * size + $0]) }
      let mean = values.reduce(0, +) / Double(size)
      let variance = values.map { ($0 - mean) * ($0 - mean) }.reduce(0, +) / Double(size)
      let s = 1 / (variance + 0.01).squareRoot()
      let normed = values.map { ($0 - mean) * s }
      let g = (0..<size).map { Double(d.pointer[row * size + $0]) * Double(w.pointer[$0]) }
      let sum = g.reduce(0, +) / Double(size)
      let dot = zip(g, normed).map(*).reduce(0, +) / Double(size)
      for j in 0..<size {
        out.append(normed[j] * Double(w.pointer[j]) + Double(b.pointer[j]))
        inputGradient.append(s * (g[j] - sum - normed[j] * dot))
        weightGradient[j] += Double(d.pointer[row * size + j]) * normed[j]
      }
    }
    let (px, pw, pb, ps) = (x.pointer, w.pointer, b.pointer, statistics.pointer)
    check(out) { $0.layer_norm($1, ps, px, pw, pb, rows, size, 0.01) }
    check(out) { $0.layer_norm_again($1, ps, px, pw, pb, rows, size) }
    check(inputGradient) {
      $0.layer_norm_input_gradient($1, d.pointer, px, ps, pw, rows, size)
    }
    check(weightGradient) {
      $0.layer_norm_weight_gradient($1, d.pointer, px, ps, rows, size, size)
    }
  }

  @Test("the exact GELU and its gradient match their definition", arguments: sizes)
  func exactGELU(size: Int) {
    let (x, d) = (pseudorandomBuffer(size, seed: 15), pseudorandomBuffer(size, seed: 16))
    for index in 0..<size { x.pointer[index] *= 8 }
    let values = x.elements.map(Double.init)
    let probabilities = values.map { 0.5 * (1 + erf($0 / 2.0.squareRoot())) }
    let out = zip(values, probabilities).map(*)
    check(out) { $0.exact_gelu($1, x.pointer, size) }
    let slopes = zip(values, probabilities).map { value, probability in
      probability + value * exp(-value * value / 2) / (2 * Double.pi).squareRoot()
    }
    check(zip(slopes, d.elements).map { $0 * Double($1) }) { kernels, gradient in
      gradient.update(from: x.pointer, count: size)
      let again = FloatBuffer(count: size)
      kernels.exact_gelu_gradient(again.pointer, gradient, d.pointer, size)
      #expect(zip(again.elements, out).allSatisfy { abs(Double($0) - $1) < 1e-5 })
    }
  }

  @Test("gated activations and their gradients match their definition", arguments: sizes)
  func gates(size: Int) {
    let (gate, up) = (pseudorandomBuffer(size, seed: 4), pseudorandomBuffer(size, seed: 5))
    for index in 0..<size { gate.pointer[index] *= 8 }
    let d = pseudorandomBuffer(size, seed: 6)
    func silu(_ x: Double) -> Double { x / (1 + exp(-x)) }
    func gelu(_ x: Double) -> Double {
      0.5 * x * (1 + tanh((2 / Double.pi).squareRoot() * (x + 0.044715 * x * x * x)))
    }
    for (isGELU, activation) in [(false, silu), (true, gelu)] {
      let x = gate.elements.map(Double.init)
      let value = zip(x, up.elements).map { activation($0) * Double($1) }
      let slope = x.map { (activation($0 + 1e-5) - activation($0 - 1e-5)) / 2e-5 }
      check(value) { kernels, out in
        (isGELU ? kernels.gelu_gate : kernels.silu_gate)(out, gate.pointer, up.pointer, size)
      }
      let gradients =
        (0..<size).map { Double(d.pointer[$0]) * Double(up.pointer[$0]) * slope[$0] }
        + (0..<size).map { Double(d.pointer[$0]) * activation(x[$0]) }
      check(gradients) { kernels, out in
        out.update(from: gate.pointer, count: size)
        (out + size).update(from: up.pointer, count: size)
        let again = FloatBuffer(count: size)
        (isGELU ? kernels.gelu_gate_gradient : kernels.silu_gate_gradient)(
          again.pointer, out, out + size, d.pointer, size)
        #expect(zip(again.elements, value).allSatisfy { abs(Double($0) - $1) < 1e-4 })
      }
    }
  }

  @Test("softmax over a part of a row, and its gradient, match their definition", arguments: sizes)
  func softmax(size: Int) {
    let x = pseudorandomBuffer(size, seed: 7)
    let (first, end) = (size / 5, size - size / 7)
    let scaled = (0..<size).map { Double(x.pointer[$0]) * 30 }
    let top = scaled[first..<end].max() ?? 0
    let sum = scaled[first..<end].map { exp($0 - top) }.reduce(0, +)
    let p = (0..<size).map { (first..<end).contains($0) ? exp(scaled[$0] - top) / sum : 0 }
    check(p) { kernels, out in
      out.update(from: x.pointer, count: size)
      kernels.softmax(out, size, first, end, 30)
    }
    let d = pseudorandomBuffer(size, seed: 8)
    let dot = zip(p, d.elements).map { $0 * Double($1) }.reduce(0, +)
    let probabilities = FloatBuffer(count: size)
    for index in 0..<size { probabilities.pointer[index] = Float(p[index]) }
    check((0..<size).map { p[$0] * (Double(d.pointer[$0]) - dot) * 0.5 }) { kernels, out in
      out.update(from: d.pointer, count: size)
      kernels.softmax_gradient(out, probabilities.pointer, size, 0.5)
    }
  }

  @Test("rotations turn by their angle, and the inverse turns back", arguments: [2, 6, 32, 50])
  func rotation(dimension: Int) {
    let (half, heads) = (dimension / 2, 3)
    let x = pseudorandomBuffer(heads * dimension, seed: 9)
    let (cosine, sine) = (FloatBuffer(count: half), FloatBuffer(count: half))
    for index in 0..<half {
      cosine.pointer[index] = Float(cos(Double(index)))
      sine.pointer[index] = Float(sin(Double(index)))
    }
    let expected = (0..<heads * dimension).map { index in
      let (head, i) = (index / dimension, index % dimension % half)
      let a = Double(x.pointer[head * dimension + i])
      let b = Double(x.pointer[head * dimension + half + i])
      let (c, s) = (cos(Double(i)), sin(Double(i)))
      return index % dimension < half ? a * c - b * s : b * c + a * s
    }
    check(expected) { kernels, out in
      out.update(from: x.pointer, count: heads * dimension)
      kernels.rotate(out, cosine.pointer, sine.pointer, heads, dimension, 1)
    }
    check(x.elements.map(Double.init)) { kernels, out in
      out.update(from: x.pointer, count: heads * dimension)
      kernels.rotate(out, cosine.pointer, sine.pointer, heads, dimension, 1)
      kernels.rotate(out, cosine.pointer, sine.pointer, heads, dimension, -1)
    }
  }

  @Test("log-sum-exp finds the lowest index of the greatest element", arguments: sizes + [50_000])
  func logSumExp(size: Int) {
    let x = pseudorandomBuffer(size, seed: 10)
    x.pointer[size / 2] = 2
    x.pointer[size - 1] = 2
    let expected = log(x.elements.map { exp(Double($0)) }.reduce(0, +))
    check([expected]) { kernels, out in
      var index = -1
      out.pointee = kernels.log_sum_exp(&index, x.pointer, size)
      #expect(index == (size == 1 ? 0 : size / 2))
    }
  }

  @Test(
    "The divergence of two rows of logits is that in double precision, and 0 of a row from itself",
    arguments: sizes + [50_000])
  func divergence(size: Int) throws {
    let reference = pseudorandomBuffer(size, seed: 11)
    for (scale, seed) in [(8, 12), (0.01, 13)] as [(Float, UInt64)] {
      let own = pseudorandomBuffer(size, seed: seed)
      for index in 0..<size {
        own.pointer[index] = reference.pointer[index] + own.pointer[index] * scale
      }
      func logProbabilities(_ buffer: FloatBuffer) -> [Double] {
        let values = buffer.elements.map(Double.init)
        let total = log(values.map(exp).reduce(0, +))
        return values.map { $0 - total }
      }
      let expected = zip(logProbabilities(reference), logProbabilities(own))
        .reduce(0) { $0 + exp($1.0) * ($1.0 - $1.1) }
      var found: Set<UInt64> = []
      for (_, kernels) in variants {
        let divergence = kernels.divergence(reference.pointer, own.pointer, size)
        #expect(abs(divergence - expected) < 1e-7 * (1 + Double(scale)))
        found.insert(divergence.bitPattern)
        #expect(kernels.divergence(own.pointer, own.pointer, size) == 0)
      }
      #expect(found.count == 1)
    }
    reference.pointer[size / 2] = .infinity
    #expect(ck_vector().pointee.divergence(reference.pointer, reference.pointer, size).isNaN)
  }
}
