import Testing

@testable import Tensors

@Suite("Parallel loops") struct ParallelTests {
  @Test("do each tile once", arguments: [0, 1, 2, 7, 100], [1, 2, 3, 16])
  func everyTileOnce(tiles: Int, threads: Int) {
    let counts = FloatBuffer(count: tiles)
    Parallel.perform(tiles: tiles, threads: threads) { tile, worker in
      precondition(worker < threads)
      counts.pointer[tile] += 1
    }
    #expect(counts.elements.allSatisfy { $0 == 1 })
  }

  @Test(
    "over rows and columns take each once", arguments: [0, 1, 31, 33, 400, 577], [1, 2, 16, 64])
  func everyElementOnce(count: Int, threads: Int) {
    let counts = FloatBuffer(count: count)
    Parallel.performRows(count, threads: threads) { rows in
      precondition(rows.count <= 32 && !rows.isEmpty)
      for row in rows { counts.pointer[row] += 1 }
    }
    Parallel.performColumns(count, threads: threads) { columns in
      precondition(columns.lowerBound % 16 == 0 && !columns.isEmpty)
      for column in columns { counts.pointer[column] += 1 }
    }
    #expect(counts.elements.allSatisfy { $0 == 2 })
  }

  @Test("cut a count into adjoining parts", arguments: [0, 1, 5, 64, 1001], [1, 2, 3, 7])
  func rangesAdjoin(count: Int, tiles: Int) {
    let ranges = (0..<tiles).map { Parallel.range(of: $0, tiles: tiles, count: count) }
    #expect(ranges.first?.lowerBound == 0 && ranges.last?.upperBound == count)
    #expect(zip(ranges, ranges.dropFirst()).allSatisfy { $0.upperBound == $1.lowerBound })
  }

  @Test("are recorded with each tile done once, in order, and loops inside of a tile as part of it")
  func recorded() {
    let recorder = LoopRecorder()
    var done: [Int] = []
    recorder.record(tiles: 3, workers: 2) { tile in
      recorder.record(tiles: 2, workers: 2) { inner in done.append(10 * tile + inner) }
    }
    recorder.record(tiles: 1, workers: 1) { tile in done.append(tile) }
    let loops = recorder.take().loops
    #expect(done == [0, 1, 10, 11, 20, 21, 0])
    #expect(loops.map(\.workers) == [2, 1] && loops.map(\.tiles.count) == [3, 1])
    #expect(recorder.take().loops.isEmpty)
  }
}
