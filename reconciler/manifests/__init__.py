"""Manifests: text → documents with places → schema faults → composed for one environment → desired."""
