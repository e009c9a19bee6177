# expect: CAP-001
import smtplib

smtplib.SMTP("example.com")
