"""detoxify's weights as a second opinion on abuse: as a checkpoint, or converted for ONNX Runtime."""
