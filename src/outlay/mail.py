"""Mail by SMTP, where a server is set up; without one, whoever asks for a link is shown it instead."""

import asyncio
import smtplib
from email.message import EmailMessage
from email.utils import make_msgid

import structlog

from outlay.settings import Settings

_TIMEOUT_S = 20

_log = structlog.get_logger()


class Mailer:
    """Sends plain text. A failure is logged and never reaches the request that caused it."""

    def __init__(self, settings: Settings) -> None:
        self._settings = settings

    @property
    def is_set_up(self) -> bool:
        """Whether mail can be sent at all."""
        return bool(self._settings.smtp_host)

    async def send(self, to: str, subject: str, text: str) -> None:
        """Sends one message, if a mail server is set up."""
        if not self.is_set_up:
            return
        message = EmailMessage()
        message["From"], message["To"], message["Subject"] = self._settings.smtp_from, to, subject
        message["Message-ID"] = make_msgid(domain="outlay")
        message.set_content(text)
        try:
            await asyncio.to_thread(self._deliver, message)
        except (OSError, smtplib.SMTPException) as error:
            _log.warning("mail was not sent", subject=subject, reason=type(error).__name__, exc_info=False)

    def _deliver(self, message: EmailMessage) -> None:
        settings = self._settings
        kind = smtplib.SMTP_SSL if settings.smtp_security == "tls" else smtplib.SMTP
        with kind(settings.smtp_host, settings.smtp_port, timeout=_TIMEOUT_S) as server:
            if settings.smtp_security == "starttls":
                server.starttls()
            if settings.smtp_user:
                server.login(settings.smtp_user, settings.smtp_password.get_secret_value())
            server.send_message(message)
