"""Files to documents, documents to sentences, morphemes and chunks."""
