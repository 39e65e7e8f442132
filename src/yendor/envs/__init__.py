"""What is played. Importing this room registers its envs with gymnasium under `yendor/`:

gymnasium.make("yendor.envs:yendor/NetHackChallenge-v0", seeds=(1000, 2000))
"""

from yendor.envs.registration import register_envs

register_envs()
