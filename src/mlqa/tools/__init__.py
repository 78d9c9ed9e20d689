"""Tools that the chatbot can run: the experiments that its essays talk about."""
