"""Words every room shares: agents, labels, seeds, registry, errors, config. Loads neither torch nor nle."""
