"""Where jobs run: in this process, or in local processes under a watchdog; and progress lines."""
