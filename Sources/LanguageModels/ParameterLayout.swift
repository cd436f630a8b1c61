package import Tensors

/// Where each parameter lies in the one allocation that holds a model's weights, gradients or optimizer moments.
///
/// Names and shapes are those of the Hugging Face checkpoint. Query, key and value projections lie side by side, as
/// do gate and up projections, so that each group is one matrix product.
package struct ParameterLayout: Sendable, Equatable {
  /// One parameter tensor, row-major.
  package struct Entry: Sendable, Equatable {
    /// Name in a Hugging Face checkpoint.
    package let name: String
    /// `[rows, columns]` of a projection (output features first) or `[width]` of a norm.
    package let shape: [Int]
    /// Index of the first element.
    package let offset: Int
    /// Number of elements.
    package var count: Int { shape.reduce(1, *) }
    /// The tensor's elements, as positions in the allocation.
    package var range: Range<Int> { offset..<offset + count }
  }

  /// Positions of one layer's tensors; norms that an architecture lacks are nil.
  package struct Layer: Sendable, Equatable {
    var inputNorm = 0
    var queryKeyValue = 0
    var queryNorm: Int?
    var keyNorm: Int?
    var output = 0
    var postAttentionNorm: Int?
    var preMLPNorm = 0
    var gateUp = 0
    var down = 0
    var postMLPNorm: Int?
  }

  /// Every tensor, in the order in which they lie.
  package let entries: [Entry]
  /// Number of elements of all tensors together.
  package let count: Int
  let layers: [Layer]
  let embedding: Int
  let finalNorm: Int
  let head: Int

  /// Lays out the parameters of a model; a tied head is the embedding and has no entry of its own.
  package init(_ configuration: ModelConfiguration) {
    let c = configuration
    var entries: [Entry] = []
    var next = 0
    func add(_ name: String, _ shape: [Int]) -> Int {
      let entry = Entry(name: name, shape: shape, offset: next)
      entries.append(entry)
      next += entry.count
      return entry.offset
    }
    embedding = add("model.embed_tokens.weight", [c.vocabularySize, c.hiddenSize])
    var layers: [Layer] = []
    for index in 0..<c.layerCount {
      let prefix = "model.layers.\(index)."
      var layer = Layer()
      layer.inputNorm = add(prefix + "input_layernorm.weight", [c.hiddenSize])
      layer.queryKeyValue = add(
        prefix + "self_attn.q_proj.weight", [c.queryWidth, c.hiddenSize])
      _ = add(prefix + "self_attn.k_proj.weight", [c.keyValueWidth, c.hiddenSize])
      _ = add(prefix + "self_attn.v_proj.weight", [c.keyValueWidth, c.hiddenSize])
      if c.normsQueriesAndKeys {
        layer.queryNorm = add(prefix + "self_attn.q_norm.weight", [c.headDimension])
        layer.keyNorm = add(prefix + "self_attn.k_norm.weight", [c.headDimension])
      }
      layer.output = add(prefix + "self_attn.o_proj.weight", [c.hiddenSize, c.queryWidth])
      // The same name means a different place: in Llama it is the norm before the MLP.
      let postAttention = add(prefix + "post_attention_layernorm.weight", [c.hiddenSize])
      if c.normsBlockOutputs {
        layer.postAttentionNorm = postAttention
        layer.preMLPNorm = add(prefix + "pre_feedforward_layernorm.weight", [c.hiddenSize])
      } else {
        layer.preMLPNorm = postAttention
      }
      layer.gateUp = add(prefix + "mlp.gate_proj.weight", [c.intermediateSize, c.hiddenSize])
      _ = add(prefix + "mlp.up_proj.weight", [c.intermediateSize, c.hiddenSize])
      layer.down = add(prefix + "mlp.down_proj.weight", [c.hiddenSize, c.intermediateSize])
      if c.normsBlockOutputs {
        layer.postMLPNorm = add(prefix + "post_feedforward_layernorm.weight", [c.hiddenSize])
      }
      layers.append(layer)
    }
    finalNorm = add("model.norm.weight", [c.hiddenSize])
    head =
      c.tiesEmbeddings ? embedding : add("lm_head.weight", [c.vocabularySize, c.hiddenSize])
    self.layers = layers
    self.entries = entries
    count = next
  }
}

extension ParameterLayout {
  /// The parameters in `buffer`, which is laid out so, as a safetensors file holds them; `prefix` goes before each name.
  package func tensors(
    of buffer: FloatBuffer, prefix: String = ""
  ) -> [SafetensorsWriter.Tensor] {
    entries.map {
      SafetensorsWriter.Tensor(
        name: prefix + $0.name, shape: $0.shape, buffer: buffer, range: $0.range)
    }
  }
}
