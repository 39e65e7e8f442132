"""What was played: recorder, catalogue, ttyrec files, labels, importers, streams. It knows no learner."""
