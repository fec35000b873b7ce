"""BottleCRM's own settings, without a broker: nothing is sent, and tasks run where they are asked for."""

from crm.settings import *  # noqa: F403

CELERY_TASK_ALWAYS_EAGER = True
CELERY_BROKER_URL = "memory://"
CELERY_RESULT_BACKEND = "cache+memory://"
LOGGING_CONFIG = None
